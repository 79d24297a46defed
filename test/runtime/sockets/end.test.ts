import { describe, expect, test } from "bun:test";
import { type ListeningApp, listeningApp } from "../../support/listening-app.ts";
import { closeFrame, frame, OPCODE } from "../../support/raw-socket.ts";
import { until } from "../../support/until.ts";
import { open, SOCKET } from "./socket-script.ts";

const WRITE = "/api/v1/exec/scripts/write";

describe("the end of sockets", () => {
  const ECHO = `${SOCKET}ws.message = (socket, data) => socket.send(data);
ws.close = (socket, code) => { shared.closed = code; };
return shared.closed ?? null;`;

  test.each([
    [
      "a deleted script",
      async (server: ListeningApp): Promise<void> => {
        const path = "/api/v1/exec/scripts/delete?path=echo.js&confirm=true";
        expect((await server.fetch(path, { method: "DELETE" })).status).toBe(200);
      },
      "close 4404 The script is gone",
    ],
    [
      "a moved script",
      (server: ListeningApp) => server.call("/api/v1/exec/scripts/move", { from: "echo.js", to: "other.js" }),
      "close 4404 The script is gone",
    ],
    [
      "@enabled false",
      (server: ListeningApp) =>
        server.call(WRITE, { path: "echo.js", content: `// @enabled false\n${ECHO}` }),
      "close 4404 The script is gone",
    ],
    [
      "@websocket removed",
      (server: ListeningApp) =>
        server.call(WRITE, { path: "echo.js", content: "// @mode worker\nreturn 1;" }),
      "close 4400 The script takes no WebSockets: it needs // @mode worker and // @websocket",
    ],
    [
      "cache/clear",
      (server: ListeningApp) => server.call("/api/v1/exec/cache/clear", { hostname: "default/1" }),
      "close 1001 The deployment was let go of",
    ],
    [
      "the stop of the server",
      async (server: ListeningApp): Promise<void> => void (await server.stop(1_000)),
      "close 1001 The server stops",
    ],
  ] as const)("%s closes them", async (_, end, seen) => {
    await using server = await listeningApp({ "echo.js": ECHO });
    await using socket = await open(server, "/echo");
    await end(server);
    expect(await socket.untilEnd()).toEqual([seen, "end"]);
    expect(server.app.engine.sockets.counters.active).toBe(0);
  });

  test("a version that does not compile leaves the old sockets alone", async () => {
    await using server = await listeningApp({ "echo.js": ECHO });
    await using socket = await open(server, "/echo");
    await server.call(WRITE, { path: "echo.js", content: `${SOCKET}const = ;`, validate: false });
    await using refused = await open(server, "/echo");
    expect(refused.status).toBe(500);
    socket.send(frame("still here"));
    expect(await socket.text()).toBe("still here");
  });

  test("a version whose set-up fails leaves the old sockets alone, and plain requests still reach them", async () => {
    await using server = await listeningApp({ "echo.js": ECHO });
    await using socket = await open(server, "/echo");
    const content = `${SOCKET}if (metadata.method === "WEBSOCKET_INIT") throw new Error("no"); return ws.broadcast("hi");`;
    await server.call(WRITE, { path: "echo.js", content });
    await using refused = await open(server, "/echo");
    expect(refused.status).toBe(500);
    expect(await server.get("/echo")).toBe("1");
    socket.send(frame("still here"));
    expect([await socket.text(), await socket.text()]).toEqual(["hi", "still here"]);
  });

  test("a deployment with an open socket is not the idle one that goes", async () => {
    await using server = await listeningApp({ "echo.js": ECHO }, ["--vm-cache-cap", "2"]);
    for (const id of [2, 3, 4]) await server.storage.write({ [`scripts/default/${id}/x.js`]: "return 1;" });
    await using socket = await open(server, "/echo");
    for (const id of [2, 3, 4]) {
      const host = `${"p".repeat(20)}-${"c".repeat(20)}-exec-${id}.node.example.com`;
      await until(
        async () => (await server.fetch("/x", { headers: { host } })).status,
        (status) => status === 200,
      );
    }
    socket.send(frame("still here"));
    expect(await socket.text()).toBe("still here");
    expect(server.app.services.caches.keys()).toHaveLength(2);
  });

  test("sockets are counted by how they closed", async () => {
    await using server = await listeningApp({ "echo.js": ECHO });
    for (const last of [
      closeFrame(1000),
      closeFrame(1001),
      closeFrame(4000),
      frame("", { opcode: OPCODE.close }),
    ]) {
      await using socket = await open(server, "/echo");
      socket.send(last);
      await socket.untilEnd();
    }
    const { opened, closed, active, normalCloses, abnormalCloses } = server.app.engine.sockets.counters;
    expect({ opened, closed, active, normalCloses, abnormalCloses }).toEqual({
      opened: 4,
      closed: 4,
      active: 0,
      normalCloses: 2,
      abnormalCloses: 2,
    });
  });
});

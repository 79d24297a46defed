import { describe, expect, test } from "bun:test";
import { startProcess } from "../support/process.ts";
import { frame, inShort, RawSocket } from "../support/raw-socket.ts";
import { until } from "../support/until.ts";

/** Sockets of the real process, where signals, real time and files on disk come in. */
const ECHO = `// @mode worker
// @websocket
ws.message = (socket, data) => socket.send(data);
ws.close = (socket, code, reason) => console.log("closed with", code, reason);`;

describe("stopping", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s closes sockets with 1001, and exits with 0",
    async (signal) => {
      await using server = await startProcess({
        files: { "default/1/echo.js": ECHO },
        flags: ["--drain-timeout", "60s"],
      });
      const sockets = await Promise.all(
        Array.from({ length: 50 }, () => RawSocket.open(server.url, "/echo")),
      );
      const exitCode = server.stop(signal);
      for (const each of sockets)
        expect(await each.untilEnd()).toEqual(["close 1001 The server stops", "end"]);
      expect(await exitCode).toBe(0);
      expect(server.output()).toContain("closed with 1001");
    },
  );

  test("a socket that does not read does not hold it up", async () => {
    await using server = await startProcess({
      files: {
        "default/1/flood.js": `${ECHO}\nws.open = (socket) => { while (socket.send("x".repeat(100_000)) > 0); };`,
      },
      flags: ["--drain-timeout", "60s"],
    });
    await using socket = await RawSocket.open(server.url, "/flood");
    socket.pause();
    expect(await server.stop()).toBe(0);
  });

  test("while it drains, no socket is let in", async () => {
    await using server = await startProcess({
      files: {
        "default/1/slow.js": `// @mode worker
// @websocket
shared.state = "set-up";
await new Promise((resolve) => setTimeout(resolve, 300));`,
        "default/1/state.js": "return shared.state ?? null",
      },
    });
    const opening = RawSocket.open(server.url, "/slow");
    await until(
      async () => (await server.fetch("/state")).text(),
      (seen) => seen === "set-up",
    );
    const exitCode = server.stop();
    await using refused = await opening;
    expect(refused.status).toBe(503);
    expect(await exitCode).toBe(0);
  });
});

test("a file that is saved serves new sockets, also when it is replaced by another, and its removal ends them", async () => {
  await using server = await startProcess({ files: { "default/1/echo.js": ECHO } });
  await using old = await RawSocket.open(server.url, "/echo");
  await server.storage.write({ "scripts/default/1/echo.js": ECHO.replace("send(data)", 'send("new")') });
  await until(
    async () => {
      await using socket = await RawSocket.open(server.url, "/echo");
      socket.send(frame("x"));
      return await socket.text();
    },
    (seen) => seen === "new",
  );
  old.send(frame("old"));
  expect(await old.text()).toBe("old");
  await Bun.file(`${server.storage.path}/scripts/default/1/echo.js`).delete();
  expect(await old.untilEnd()).toEqual(["close 4404 The script is gone", "end"]);
});

test("a client that has gone silent is pinged, and given up after --socket-idle-timeout", async () => {
  await using server = await startProcess({
    files: { "default/1/echo.js": ECHO },
    flags: ["--socket-idle-timeout", "8s"],
  });
  await using silent = await RawSocket.open(server.url, "/echo");
  await using answering = await RawSocket.open(server.url, "/echo");
  for (let pings = 0; !silent.isClosed; ) {
    const seen = inShort(await silent.next());
    if (seen === "end") expect(pings).toBeGreaterThan(0);
    else expect(seen).toBe("ping");
    pings++;
    const ping = answering.frames.shift();
    if (ping !== undefined) answering.send(frame(ping.payload, { opcode: 10 }));
  }
  answering.send(frame("still here"));
  for (;;) {
    const seen = inShort(await answering.next());
    if (seen === "ping") continue;
    expect(seen).toBe("text still here");
    break;
  }
  await until(
    () => server.output(),
    (output) => output.includes("closed with 1006"),
  );
}, 30_000);

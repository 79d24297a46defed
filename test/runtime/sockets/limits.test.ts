import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { listeningApp } from "../../support/listening-app.ts";
import { frame, RawSocket } from "../../support/raw-socket.ts";
import { until } from "../../support/until.ts";
import { open, SOCKET } from "./socket-script.ts";

describe("limits", () => {
  test("beyond --sockets-max a handshake gets 503 and is counted; a place that is free again is taken", async () => {
    await using server = await listeningApp({ "few.js": `${SOCKET}` }, ["--sockets-max", "2"]);
    await using first = await open(server, "/few");
    await using second = await open(server, "/few");
    await using third = await open(server, "/few");
    expect([first.status, second.status, third.status]).toEqual([101, 101, 503]);
    expect(third.answer).toContain("2 sockets are open, the limit of --sockets-max");
    expect(server.app.engine.sockets.counters.refused).toBe(1);
    await second[Symbol.asyncDispose]();
    await until(
      () => server.app.engine.sockets.counters.active,
      (active) => active === 1,
    );
    await using fourth = await open(server, "/few");
    expect(fourth.status).toBe(101);
  });

  test("send tells of a slow client, drain of one that has caught up, and nothing is lost", async () => {
    await using server = await listeningApp({
      "slow.js": `${SOCKET}ws.open = (socket) => {
  const text = "x".repeat(100_000);
  let sent = 0;
  while (socket.send(text) > 0) sent++;
  shared.sent = sent + 1; // The last one waits.
  shared.waiting = socket.bufferedAmount;
};
ws.drain = (socket) => socket.send("drained " + shared.sent);
return shared;`,
    });
    await using socket = await open(server, "/slow");
    socket.pause();
    const { sent, waiting } = await until(
      async () => (await server.fetch("/slow")).json() as Promise<{ sent: number; waiting: number }>,
      (seen) => seen.waiting > 0,
    );
    socket.resume();
    for (let at = 0; at < sent; at++) expect((await socket.text()).length).toBe(100_000);
    expect([await socket.text(), waiting > 0]).toEqual([`drained ${sent}`, true]);
  });

  test("a client that is further behind than --socket-backlog-max is cut off, told to nobody else, and counted", async () => {
    await using server = await listeningApp(
      {
        "cut.js": `${SOCKET}ws.message = (socket, data) => {
  let last;
  for (let at = 0; at < 1_000; at++) last = ws.broadcast("x".repeat(100_000), socket);
  socket.send({ last, still: ws.connections.size });
};
ws.close = (socket, code, reason) => ws.broadcast({ code, reason });`,
      },
      ["--socket-backlog-max", "1mb"],
    );
    await using slow = await open(server, "/cut");
    await using other = await open(server, "/cut");
    slow.pause();
    other.send(frame("go"));
    expect(await other.json()).toEqual({ last: 0, still: 2 });
    expect(await other.json()).toEqual({
      code: 1006,
      reason: "More than 1048576 bytes waited for the client, the limit of --socket-backlog-max",
    });
    expect(server.app.engine.sockets.counters.cutOff).toBe(1);
    other.send(frame("go"));
    expect(await other.json()).toEqual({ last: 0, still: 1 });
  });

  test("with --socket-compression a client that can is sent less, and a bomb is still too large", async () => {
    await using server = await listeningApp(
      { "zip.js": `${SOCKET}ws.message = (socket, data) => socket.send("x".repeat(50_000) + data);` },
      ["--socket-compression", "--socket-message-max", "1mb"],
    );
    const offer = { headers: { "Sec-WebSocket-Extensions": "permessage-deflate" } };
    await using socket = await RawSocket.open(server.url, "/zip", offer);
    expect(socket.answer).toContain("permessage-deflate");
    socket.send(frame("!"));
    const { reserved, payload } = (await socket.next()) ?? { reserved: 0, payload: Buffer.alloc(0) };
    expect(reserved).toBe(4);
    expect(payload.length).toBeLessThan(1_000);
    const bomb = Bun.deflateSync(Buffer.alloc(20 * 1024 ** 2, "x"), { windowBits: -15 });
    socket.send(frame(bomb, { reserved: 4 }));
    expect((await socket.untilEnd()).map((each) => each.slice(0, 10))).toEqual(["close 1009", "end"]);
    const plain = new WebSocket(`${server.url.replace("http", "ws")}/zip`);
    const message = Promise.withResolvers<string>();
    plain.onmessage = ({ data }) => message.resolve(data);
    plain.onopen = () => plain.send("?");
    expect(await message.promise).toBe(`${"x".repeat(50_000)}?`);
    plain.close();
  });
});

describe("many", () => {
  const SOCKETS = 1_000;

  test("1,000 sockets: a broadcast reaches all of them, and nothing is left when they have gone", async () => {
    await using server = await listeningApp({
      "crowd.js": `${SOCKET}ws.message = (socket, data) => ws.broadcast(data); return ws.connections.size;`,
    });
    expect(await server.get("/crowd")).toBe("0");
    const descriptorsBefore = readdirSync("/proc/self/fd").length;
    const sockets: RawSocket[] = [];
    for (let at = 0; at < SOCKETS; at += 100) {
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => open(server, "/crowd")))));
    }
    expect(await server.get("/crowd")).toBe(String(SOCKETS));
    sockets[0]?.send(frame("to all"));
    const seen = await Promise.all(sockets.map((each) => each.text()));
    expect(seen.filter((each) => each === "to all").length).toBe(SOCKETS);
    await Promise.all(sockets.map((each) => each[Symbol.asyncDispose]()));
    await until(
      () => server.app.engine.sockets.counters.active,
      (active) => active === 0,
    );
    expect(await server.get("/crowd")).toBe("0");
    await until(
      () => readdirSync("/proc/self/fd").length,
      (count) => count <= descriptorsBefore + 5,
    );
  });
});

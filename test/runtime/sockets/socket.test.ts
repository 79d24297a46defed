import { describe, expect, test } from "bun:test";
import { listeningApp } from "../../support/listening-app.ts";
import { closeFrame, frame, inShort, OPCODE, RawSocket } from "../../support/raw-socket.ts";
import { until } from "../../support/until.ts";
import { open, SOCKET } from "./socket-script.ts";

describe("a socket", () => {
  test("knows its handshake, and keeps what the script puts on it", async () => {
    await using server = await listeningApp({
      "rooms/[id].js": `${SOCKET}ws.open = (socket, req) => { socket.data.name = "Ada"; };
ws.message = (socket) => {
  const { query, headers, ip, params, name } = socket.data;
  socket.send({ query, cookie: headers.cookie, ip, params, name, id: /^sock_[0-9A-Z]{26}$/.test(socket.id), state: socket.readyState,
    waiting: socket.bufferedAmount, isSet: ws.connections instanceof Set, has: ws.connections.has(socket) });
};`,
    });
    await using socket = await RawSocket.open(server.url, "/rooms/7?as=guest&as=host", {
      headers: { Cookie: "a=b" },
    });
    socket.send(frame(""));
    expect(await socket.json()).toEqual({
      query: { as: "host" },
      cookie: "a=b",
      ip: "127.0.0.1",
      params: { id: "7" },
      name: "Ada",
      id: true,
      state: 1,
      waiting: 0,
      isSet: true,
      has: true,
    });
  });

  test("the req of open still answers later, and its signal aborts when the socket closes", async () => {
    await using server = await listeningApp({
      "later.js": `${SOCKET}ws.open = (socket, req) => {
  req.signal.addEventListener("abort", () => { shared.aborted = true; });
  setTimeout(() => socket.send([req.method, req.url, req.ip, req.cookies, req.get("x-a"), req.headers["x-a"]]), 30);
};
return shared.aborted ?? false;`,
    });
    await using socket = await RawSocket.open(server.url, "/later?q=1", {
      headers: { Cookie: "a=b", "X-A": "1" },
    });
    expect(await socket.json()).toEqual(["GET", "/later?q=1", "127.0.0.1", { a: "b" }, "1", "1"]);
    expect(await server.get("/later")).toBe("false");
    await socket[Symbol.asyncDispose]();
    await until(
      () => server.get("/later"),
      (seen) => seen === "true",
    );
  });

  test.each([
    [closeFrame(4321, "bye"), [4321, "bye"]],
    [closeFrame(1000), [1000, ""]],
    [frame("", { opcode: OPCODE.close }), [1005, ""]],
    [null, [1006, ""]],
  ])("the close handler is told how its client left, row %#", async (last, told) => {
    await using server = await listeningApp({
      "bye.js": `${SOCKET}ws.close = (socket, code, reason) => {
  ws.broadcast({ code, reason, state: socket.readyState, left: ws.connections.size, sent: socket.send("too late") });
};`,
    });
    await using watcher = await open(server, "/bye");
    await using leaver = await open(server, "/bye");
    if (last !== null) leaver.send(last);
    else await leaver[Symbol.asyncDispose]();
    expect(await watcher.json()).toEqual({ code: told[0], reason: told[1], state: 3, left: 1, sent: 0 });
  });

  test.each([
    ["socket.close()", "close 1000"],
    ['socket.close(1000, "done")', "close 1000 done"],
    ['socket.close(4999, "own")', "close 4999 own"],
    ["socket.close(1012)", "close 1012"],
    ['socket.close(4000, "é".repeat(100))', `close 4000 ${"é".repeat(61)}`],
    ["socket.close(); socket.close(4000)", "close 1000"],
    ["socket.terminate()", "end"],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1000.5, '"1000"'].map((code) => [
      `try { socket.close(${code}) } catch (error) { socket.send(error.name) }`,
      "text RangeError",
    ]),
  ])("%s: %s", async (code, seen) => {
    await using server = await listeningApp({
      "end.js": `${SOCKET}ws.open = (socket) => { ${code} };`,
    });
    await using socket = await open(server, "/end");
    expect(inShort(await socket.next())).toBe(String(seen));
  });

  test("the browser's client talks to it", async () => {
    await using server = await listeningApp({
      "echo.js": `${SOCKET}ws.message = (socket, data) => socket.send(data);`,
    });
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/echo`);
    socket.binaryType = "arraybuffer";
    const closed = Promise.withResolvers<CloseEvent>();
    socket.onclose = closed.resolve;
    const seen: unknown[] = [];
    socket.onmessage = ({ data }) => {
      seen.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
      if (seen.length === 2) socket.close(4000, "enough");
    };
    socket.onopen = () => {
      socket.send("hi");
      socket.send(new Uint8Array([1, 2]));
    };
    const { code, reason } = await closed.promise;
    expect([seen, code, reason]).toEqual([["hi", [1, 2]], 4000, "enough"]);
  });
});

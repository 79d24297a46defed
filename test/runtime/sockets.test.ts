import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { type ListeningApp, listeningApp } from "../support/listening-app.ts";
import { closePayload, frame, inShort, OPCODE, RawSocket } from "../support/raw-socket.ts";
import { tickingPage } from "../support/ticking-page.ts";
import { until } from "../support/until.ts";

/** What a script's sockets do, seen from their clients (script-runtime.md §11). */
const SOCKET = "// @mode worker\n// @websocket\n";
const WRITE = "/api/v1/exec/scripts/write";

const open = (server: ListeningApp, path: string) => RawSocket.open(server.url, path);
const close = (code: number, reason = "") => frame(closePayload(code, reason), { opcode: OPCODE.close });
const json = async (socket: RawSocket) => JSON.parse(await socket.text());

describe("messages", () => {
  test("text arrives as a string, bytes as a Buffer of the script's own realm", async () => {
    await using server = await listeningApp({
      "kinds.js": `${SOCKET}ws.message = (socket, data) => socket.send([typeof data, data instanceof Uint8Array, Buffer.isBuffer(data), data.length]);`,
    });
    await using socket = await open(server, "/kinds");
    socket.send(frame("hé"), frame(Buffer.from([1, 2, 3]), { opcode: OPCODE.binary }));
    expect(await json(socket)).toEqual(["string", false, false, 2]);
    expect(await json(socket)).toEqual(["object", true, true, 3]);
  });

  test.each([
    ['"text"', "text text"],
    ["{ a: [1] }", 'text {"a":[1]}'],
    ["[1, null]", "text [1,null]"],
    ["12.5", "text 12.5"],
    ["false", "text false"],
    ["10n", "text 10"],
    ["null", "text null"],
    ["new Date(0)", 'text "1970-01-01T00:00:00.000Z"'],
    ["new Uint8Array([1, 2]).subarray(1)", "binary 02"],
    ["new Uint16Array([258])", "binary 0201"],
    ["new ArrayBuffer(2)", "binary 0000"],
    ['Buffer.from("hi")', "binary 6869"],
    ["new DataView(new ArrayBuffer(1))", "binary 00"],
    ['""', "text"],
    ["new Map([[1, 2]])", "text {}"],
    ["undefined", "text TypeError: Cannot send a value of type undefined"],
    ["() => 1", "text TypeError: Cannot send a value of type function"],
    ['Symbol("x")', "text TypeError: Cannot send a value of type symbol"],
    ["{ toJSON() {} }", "text TypeError: Cannot send a value that JSON leaves out"],
    ['new Blob(["x"])', "text TypeError: Cannot send a Blob: send await blob.arrayBuffer()"],
  ])("send(%s) and broadcast of it: %s", async (value, seen) => {
    await using server = await listeningApp({
      "send.js": `${SOCKET}ws.open = (socket) => { for (const to of [socket.send.bind(socket), ws.broadcast]) try { to(${value}) } catch (error) { socket.send(String(error)) } };`,
    });
    await using socket = await open(server, "/send");
    expect([inShort(await socket.next()), inShort(await socket.next())]).toEqual([seen, seen]);
  });

  test("messages come in order, and nobody waits for the promise of the one before", async () => {
    await using server = await listeningApp({
      "order.js": `${SOCKET}let release;
const gate = new Promise((resolve) => { release = resolve; });
ws.message = async (socket, data) => {
  socket.send("begin " + data);
  if (data === "last") release();
  await gate;
  socket.send("end " + data);
};`,
    });
    await using socket = await open(server, "/order");
    socket.send(frame("first"), frame("last"));
    const seen = [await socket.text(), await socket.text(), await socket.text(), await socket.text()];
    expect(seen).toEqual(["begin first", "begin last", "end first", "end last"]);
  });

  test("a message that comes while open still waits is handed over", async () => {
    await using server = await listeningApp({
      "opening.js": `${SOCKET}let release;
ws.open = async (socket) => { await new Promise((resolve) => { release = resolve; }); socket.send("opened"); };
ws.message = (socket, data) => { socket.send("got " + data); release(); };`,
    });
    await using socket = await open(server, "/opening");
    socket.send(frame("x"));
    expect([await socket.text(), await socket.text()]).toEqual(["got x", "opened"]);
  });

  test("pings of either side", async () => {
    await using server = await listeningApp({
      "ping.js": `${SOCKET}ws.open = (socket) => socket.ping("are you there");
ws.pong = (socket, data) => socket.send("pong " + data);
ws.ping = (socket, data) => socket.send("ping " + data);
ws.message = (socket) => { try { socket.ping("x".repeat(126)) } catch (error) { socket.send(String(error)) } };`,
    });
    await using socket = await open(server, "/ping");
    const asked = await socket.next();
    expect(inShort(asked)).toBe(`ping ${Buffer.from("are you there").toString("hex")}`);
    socket.send(frame(asked?.payload, { opcode: OPCODE.pong }), frame("you", { opcode: OPCODE.ping }));
    const seen = [inShort(await socket.next()), inShort(await socket.next()), inShort(await socket.next())];
    expect(seen.sort()).toEqual([
      `pong ${Buffer.from("you").toString("hex")}`,
      "text ping you",
      "text pong are you there",
    ]);
    socket.send(frame("x"));
    expect(await socket.text()).toBe("RangeError: Cannot ping with 126 bytes: a control frame holds 125");
  });
});

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
    expect(await json(socket)).toEqual({
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
    expect(await json(socket)).toEqual(["GET", "/later?q=1", "127.0.0.1", { a: "b" }, "1", "1"]);
    expect(await server.get("/later")).toBe("false");
    await socket[Symbol.asyncDispose]();
    await until(
      () => server.get("/later"),
      (seen) => seen === "true",
    );
  });

  test.each([
    [close(4321, "bye"), [4321, "bye"]],
    [close(1000), [1000, ""]],
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
    expect(await json(watcher)).toEqual({ code: told[0], reason: told[1], state: 3, left: 1, sent: 0 });
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

describe("the hub", () => {
  const CHAT = `${SOCKET}shared.setUps = (shared.setUps ?? 0) + (metadata.method === "WEBSOCKET_INIT" ? 1 : 0);
await null;
let messages = 0;
ws.message = (socket, data) => ws.broadcast({ data, nth: ++messages }, socket);
if (req.method === "POST") return { reached: ws.broadcast(req.body) };
return { trigger: metadata.trigger, setUps: shared.setUps ?? 0, connections: ws.connections.size };`;

  test("the body runs once, however many come at once, and again not even after the last has gone", async () => {
    await using server = await listeningApp({ "chat.js": CHAT });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(server, "/chat")));
    expect(JSON.parse(await server.get("/chat"))).toEqual({ trigger: "http", setUps: 1, connections: 20 });
    for (const each of sockets) await each[Symbol.asyncDispose]();
    await until(
      () => server.app.engine.sockets.counters.active,
      (active) => active === 0,
    );
    await using again = await open(server, "/chat");
    expect(again.status).toBe(101);
    expect(JSON.parse(await server.get("/chat"))).toEqual({ trigger: "http", setUps: 1, connections: 1 });
  });

  test("broadcast reaches all but the one it leaves out", async () => {
    await using server = await listeningApp({ "chat.js": CHAT });
    await using a = await open(server, "/chat");
    await using b = await open(server, "/chat");
    await using c = await open(server, "/chat");
    a.send(frame("hello"));
    expect([await json(b), await json(c)]).toEqual([
      { data: "hello", nth: 1 },
      { data: "hello", nth: 1 },
    ]);
    b.send(frame("back"));
    expect([await json(a), await json(c)]).toEqual([
      { data: "back", nth: 2 },
      { data: "back", nth: 2 },
    ]);
  });

  test("a plain request reaches the sockets, and takes no handler away from them", async () => {
    await using server = await listeningApp({ "chat.js": CHAT });
    const post = async () =>
      (
        await server.fetch("/chat", {
          method: "POST",
          body: '{"x":1}',
          headers: { "content-type": "application/json" },
        })
      ).json();
    expect(await post()).toEqual({ reached: 0 });
    await using a = await open(server, "/chat");
    await using b = await open(server, "/chat");
    a.send(frame("one"));
    expect(await json(b)).toEqual({ data: "one", nth: 1 });
    expect(await post()).toEqual({ reached: 2 });
    expect([await json(a), await json(b)]).toEqual([{ x: 1 }, { x: 1 }]);
    // The variable of the first run goes on counting.
    a.send(frame("two"));
    expect(await json(b)).toEqual({ data: "two", nth: 2 });
  });

  test("what a script hangs on ws is there in plain requests", async () => {
    await using server = await listeningApp({
      "bag.js": `${SOCKET}if (metadata.method === "WEBSOCKET_INIT") ws.history = ["first"];
ws.history?.push("again");
return { history: ws.history ?? null, has: "history" in ws, on: ws.on("message", () => {}) === ws };`,
    });
    expect(await (await server.fetch("/bag")).json()).toEqual({ history: null, has: false, on: true });
    await using socket = await open(server, "/bag");
    expect(socket.status).toBe(101);
    const seen = { history: ["first", "again", "again"], has: true, on: true };
    expect(await (await server.fetch("/bag")).json()).toEqual(seen);
  });

  test("each value of a dynamic route has a hub, which goes with its last socket", async () => {
    await using server = await listeningApp({
      "rooms/[id].js": `${SOCKET}const { id } = metadata.parameters;
if (metadata.method === "WEBSOCKET_INIT") {
  shared[id] = (shared[id] ?? 0) + 1;
  req.signal.addEventListener("abort", () => { shared.over = id; });
}
ws.open = (socket) => socket.send(id);
ws.message = (socket, data) => ws.broadcast(data);
if (req.method === "POST") return ws.broadcast("post");
return { setUps: shared[id], size: ws.connections.size, over: shared.over ?? null };`,
    });
    await using one = await open(server, "/rooms/one");
    await using two = await open(server, "/rooms/two");
    expect([await one.text(), await two.text()]).toEqual(["one", "two"]);
    one.send(frame("hi"));
    expect(await one.text()).toBe("hi");
    expect(await (await server.fetch("/rooms/two", { method: "POST" })).text()).toBe("1");
    expect(await two.text()).toBe("post");
    expect(await (await server.fetch("/rooms/three")).json()).toEqual({ size: 0, over: null });
    await one[Symbol.asyncDispose]();
    await until(
      async () => (await server.fetch("/rooms/one")).json() as Promise<{ over: string; size: number }>,
      ({ over, size }) => over === "one" && size === 0,
    );
    await using again = await open(server, "/rooms/one");
    expect(await again.text()).toBe("one");
    expect(await (await server.fetch("/rooms/one")).json()).toEqual({ setUps: 2, size: 1, over: "one" });
  });

  test("a changed script serves new sockets, the old ones keep their handlers, and all are one hub", async () => {
    const version = (name: string) => `${SOCKET}ws.message = (socket, data) => {
  if (data === "all") ws.broadcast("${name} to all"); else socket.send("${name}");
};
if (metadata.method === "WEBSOCKET_INIT") req.signal.addEventListener("abort", () => { shared.over = "${name}"; });
return { size: ws.connections.size, over: shared.over ?? null };`;
    await using server = await listeningApp({ "live.js": version("v1") });
    await using old = await open(server, "/live");
    await server.call(WRITE, { path: "live.js", content: version("v2") });
    await using fresh = await open(server, "/live");
    old.send(frame("x"));
    fresh.send(frame("x"));
    expect([await old.text(), await fresh.text()]).toEqual(["v1", "v2"]);
    old.send(frame("all"));
    expect([await old.text(), await fresh.text()]).toEqual(["v1 to all", "v1 to all"]);
    expect(await (await server.fetch("/live")).json()).toEqual({ size: 2, over: null });
    await old[Symbol.asyncDispose]();
    await until(
      () => server.get("/live"),
      (seen) => seen === '{"size":1,"over":"v1"}',
    );
  });

  test("a set-up that fails refuses its socket, and the next one tries again", async () => {
    await using server = await listeningApp({
      "moody.js": `${SOCKET}shared.tries = (shared.tries ?? 0) + 1;
await null;
if (shared.tries < 3) throw new Error("try " + shared.tries);
ws.open = (socket) => socket.send("try " + shared.tries);`,
    });
    for (const nth of [1, 2]) {
      await using refused = await open(server, "/moody");
      expect([refused.status, refused.answer.includes(`try ${nth}`)]).toEqual([500, true]);
    }
    await using socket = await open(server, "/moody");
    expect(await socket.text()).toBe("try 3");
    expect(server.app.engine.sockets.counters.opened).toBe(1);
  });

  test.each([
    ["module.exports = (req, res, metadata) => { ws.message = (socket) => socket.send(metadata.method); };"],
    ["export default (req, res, metadata) => { ws.message = (socket) => socket.send(metadata.method); }"],
    ["const { on } = ws; on('message', (socket) => socket.send(metadata.method)); return 'ignored';"],
    [
      "ws.message = (socket) => socket.send(metadata.method); export function GET() { return new Response('page'); }",
    ],
    ["ws.message = (socket) => socket.send(metadata.method); res.json({ ignored: true });"],
  ])("set up by: %s", async (source) => {
    await using server = await listeningApp({ "shape.js": SOCKET + source });
    await using socket = await open(server, "/shape");
    socket.send(frame("x"));
    expect(await socket.text()).toBe("WEBSOCKET_INIT");
  });

  test.each([
    ["ws.message = 5", "TypeError: Cannot use a number as ws.message: expected a function"],
    [
      "ws.on('massage', () => {})",
      'TypeError: Cannot handle "massage": there are open, message, drain, ping, pong, close, error',
    ],
  ])("%s: %s", async (code, message) => {
    await using server = await listeningApp({ "bad.js": `${SOCKET}${code}` });
    await using socket = await open(server, "/bad");
    expect([socket.status, socket.answer.includes(message)]).toEqual([500, true]);
    expect(await server.get("/bad")).toContain(message);
  });

  test("what a script does to the prototype of ws.connections stays in its own realm", async () => {
    await using server = await listeningApp({
      "reach.js": `${SOCKET}Object.getPrototypeOf(ws.connections).leak = 1;
Set.prototype.add = () => { throw new Error("replaced"); };
ws.open = (socket) => socket.send([ws.connections.size, ws.connections.leak]);`,
    });
    await using socket = await open(server, "/reach");
    expect(await json(socket)).toEqual([1, 1]);
    expect("leak" in Set.prototype).toBe(false);
  });

  test("a script without @websocket sees a ws that nobody is connected to", async () => {
    await using server = await listeningApp({
      "lonely.js": "ws.message = () => {}; return [ws.connections.size, ws.broadcast('x')];",
    });
    expect(await server.get("/lonely")).toBe("[0,0]");
  });
});

describe("errors of handlers", () => {
  const failing = (rest: string) => `${SOCKET}ws.message = (socket, data) => {
  if (data === "throw") throw new Error("broken handler");
  if (data === "reject") return Promise.reject(new Error("broken promise"));
  if (data === "string") throw "only a string";
  socket.send("fine");
};
${rest}`;

  test("without ws.error they are logged with script, line and socket, and the socket stays", async () => {
    await using server = await listeningApp({ "fails.js": failing("") });
    await using socket = await open(server, "/fails");
    socket.send(frame("throw"), frame("reject"), frame("string"), frame("x"));
    expect(await socket.text()).toBe("fine");
    for (const [message, line] of [
      ["broken handler", 4],
      ["broken promise", 5],
      ["only a string", null],
    ] as const) {
      const row = await until(
        () =>
          server.logged.find(
            (each) => each.includes(`message":"${message}"`) || each.includes(`"Error: ${message}"`),
          ),
        (found) => found !== undefined,
      );
      const seen = JSON.parse(row ?? "");
      expect([seen.script, seen.line, seen.handler, /^sock_/.test(seen.socketId)]).toEqual([
        "default/1/fails.js",
        line,
        "message",
        true,
      ]);
    }
  });

  test("ws.error gets them instead", async () => {
    await using server = await listeningApp({
      "told.js": failing("ws.error = (socket, error) => socket.send('told: ' + (error.message ?? error));"),
    });
    await using socket = await open(server, "/told");
    socket.send(frame("throw"), frame("reject"), frame("string"));
    const seen = [await socket.text(), await socket.text(), await socket.text()];
    expect(seen.sort()).toEqual(["told: broken handler", "told: broken promise", "told: only a string"]);
    expect(server.logged.filter((each) => each.includes("broken"))).toEqual([]);
  });

  test("what ws.error throws is logged, once", async () => {
    await using server = await listeningApp({
      "worse.js": failing("ws.error = () => { throw new Error('worse') };"),
    });
    await using socket = await open(server, "/worse");
    socket.send(frame("throw"), frame("x"));
    expect(await socket.text()).toBe("fine");
    expect(
      server.logged.filter((each) => each.includes("worse")).map((each) => JSON.parse(each).handler),
    ).toEqual(["error"]);
  });

  test.each([
    ['ws.open = () => { throw new Error("not set up") }'],
    ['ws.open = async () => { await null; throw new Error("not set up") }'],
  ])("a socket whose open fails is closed with 1011: %s", async (source) => {
    await using server = await listeningApp({ "closed.js": `${SOCKET}${source}` });
    await using socket = await open(server, "/closed");
    expect(await socket.untilEnd()).toEqual(["close 1011 The open handler of the script failed", "end"]);
    expect(server.logged.filter((each) => each.includes("not set up")).length).toBe(1);
  });

  test("a loop that never yields ends at its limit, and the next message is served", async () => {
    using page = tickingPage();
    const source = `// @loop-limit 50ms\n${SOCKET}ws.message = (socket, data) => { if (data === "loop") for (;;) {} socket.send(data); };`;
    await using server = await listeningApp({ "loops.js": source }, [], { mark: page.mark });
    await using socket = await open(server, "/loops");
    socket.send(frame("loop"), frame("fine"));
    expect(await socket.text()).toBe("fine");
    expect(server.logged.filter((each) => each.includes("A socket handler failed")).length).toBe(1);
  });

  test("a thenable that throws is an error like any other", async () => {
    await using server = await listeningApp({
      "thenable.js": `${SOCKET}ws.message = () => ({ then() { throw new Error("then broke") } });
ws.error = (socket, error) => socket.send(error.message);`,
    });
    await using socket = await open(server, "/thenable");
    socket.send(frame("x"));
    expect(await socket.text()).toBe("then broke");
  });
});

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
    expect(await json(other)).toEqual({ last: 0, still: 2 });
    expect(await json(other)).toEqual({
      code: 1006,
      reason: "More than 1048576 bytes waited for the client, the limit of --socket-backlog-max",
    });
    expect(server.app.engine.sockets.counters.cutOff).toBe(1);
    other.send(frame("go"));
    expect(await json(other)).toEqual({ last: 0, still: 1 });
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
    for (const last of [close(1000), close(1001), close(4000), frame("", { opcode: OPCODE.close })]) {
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

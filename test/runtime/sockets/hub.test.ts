import { describe, expect, test } from "bun:test";
import { listeningApp } from "../../support/listening-app.ts";
import { frame } from "../../support/raw-socket.ts";
import { until } from "../../support/until.ts";
import { open, SOCKET } from "./socket-script.ts";

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
    expect([await b.json(), await c.json()]).toEqual([
      { data: "hello", nth: 1 },
      { data: "hello", nth: 1 },
    ]);
    b.send(frame("back"));
    expect([await a.json(), await c.json()]).toEqual([
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
    expect(await b.json()).toEqual({ data: "one", nth: 1 });
    expect(await post()).toEqual({ reached: 2 });
    expect([await a.json(), await b.json()]).toEqual([{ x: 1 }, { x: 1 }]);
    // The variable of the first run goes on counting.
    a.send(frame("two"));
    expect(await b.json()).toEqual({ data: "two", nth: 2 });
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
    await server.call("/api/v1/exec/scripts/write", { path: "live.js", content: version("v2") });
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
    expect(await socket.json()).toEqual([1, 1]);
    expect("leak" in Set.prototype).toBe(false);
  });

  test("a script without @websocket sees a ws that nobody is connected to", async () => {
    await using server = await listeningApp({
      "lonely.js": "ws.message = () => {}; return [ws.connections.size, ws.broadcast('x')];",
    });
    expect(await server.get("/lonely")).toBe("[0,0]");
  });
});

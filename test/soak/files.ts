/** A deployment of its own for scripts that leave something behind: the mix clears it again and again. */
export const LITTER_HOST = "p1-c1-exec-3.node.localhost";

/** Scripts that the clients call. */
export const SOAK_FILES: Readonly<Record<string, string>> = {
  // Shapes and modes.
  "default/1/hello.ts": 'return { hello: metadata.query.name ?? "world" }',
  "default/1/echo.ts": "return req.body",
  "default/1/worker.ts":
    "// @mode worker\nglobalThis.n = (globalThis.n ?? 0) + 1; return { n: globalThis.n > 0 }",
  "default/1/fresh.ts": 'Array.prototype.left = 1; return { left: [].left, it: eval("1") }',
  "default/1/global.ts":
    "globalThis.seen = (globalThis.seen ?? 0) + 1; globalThis.big = 'x'.repeat(1000); return globalThis.seen",
  "default/1/_helper.ts": "export const from = (n: number) => n + 1",
  "default/1/uses-helper.ts": 'import { from } from "./_helper.ts";\nreturn from(1)',
  "default/1/users/[id].ts": "return { id: metadata.parameters.id }",
  "default/1/gated/pre.ts": "req.who = 'pre'",
  "default/1/gated/index.ts": "return req.who",
  "default/1/gated/post.ts": "return mainResult + ', post'",
  "default/1/response.ts":
    'export const GET = () => Response.json({ ok: true }, { headers: { "x-a": "b" } })',
  "default/1/fetches.ts": 'return (await fetch("http://" + req.headers.host + "/stream")).status',
  "default/1/fetches-once.ts": `const headers = { connection: "close" };
return (await fetch("http://" + req.headers.host + "/hello", { headers })).text()`,
  "default/1/guarded.ts": "// @concurrent 2\nawait Bun.sleep(2); return 1",
  "default/1/child.ts": "return (await $`echo out`.text()).trim()",
  "default/1/slow.ts": "await Bun.sleep(20); return 1",
  "default/1/interval.ts":
    "const t = setInterval(() => {}, 5); setTimeout(() => clearInterval(t), 30); return 1",
  "default/1/counts.ts": `
const n = await state.update("n", (now) => (now ?? 0) + 1);
shared["recent" + (n % 50)] = { n, text: "x".repeat(200) };
return n`,
  // Streams.
  "default/1/stream.ts":
    'return (async function* () { for (let i = 0; i < 20; i++) { yield "x".repeat(1000); await null } })()',
  "default/1/endless.ts": 'return (async function* () { for (;;) { yield "tick"; await Bun.sleep(5) } })()',
  "default/1/writes.ts": 'for (let i = 0; i < 5; i++) { res.write("part"); await Bun.sleep(1) } res.end()',
  "default/1/events.ts": `
res.type("text/event-stream");
const timer = setInterval(() => res.write("data: tick\\n\\n"), 5);
await new Promise((done) => req.signal.addEventListener("abort", done));
clearInterval(timer);`,
  "default/1/download.ts":
    'return (async function* () { for (let i = 0; i < 64; i++) yield Buffer.alloc(65_536, "x") })()',
  "default/1/upload.ts": "return { fields: Object.keys(req.body), bytes: req.files[0].size }",
  "default/1/bytes.ts": "return { bytes: req.body.length }",
  // Errors.
  "default/1/throws.ts": 'throw new Error("on purpose")',
  "default/1/awaits.ts": 'await Promise.reject(new Error("on purpose"))',
  "default/1/broken.ts": "return (",
  "default/1/loops.ts": "// @loop-limit 20\nfor (;;);",
  "default/1/timeout.ts":
    "// @timeout 20ms\nawait new Promise((done) => req.signal.addEventListener('abort', done))",
  "default/1/late.ts": 'setTimeout(() => { throw new Error("on purpose") }, 1); return 1',
  "default/1/rejects.ts": 'Promise.reject(new Error("on purpose")); return 1',
  "default/1/half.ts":
    'return (async function* () { yield "x".repeat(1000); await Bun.sleep(1); throw new Error("on purpose") })()',
  // Sockets.
  "default/1/sockets.ts": `// @mode worker
// @websocket
ws.message = (socket, data) => {
  if (data === "throw") throw new Error("on purpose");
  if (data === "close me") socket.close(4000, "asked");
  else socket.send(data);
};
ws.error = (socket) => socket.send("caught");
return { connected: ws.connections.size };`,
  "default/1/chat.ts": `// @mode worker
// @websocket
ws.open = (socket) => socket.send("welcome");
ws.message = (_, text) => ws.broadcast(text);
if (req.method === "POST") ws.broadcast(req.body.text);
return { connected: ws.connections.size };`,
  "default/1/rooms/[id].ts": `// @mode worker
// @websocket
const timer = setInterval(() => ws.broadcast("tick"), 5);
req.signal.addEventListener("abort", () => clearInterval(timer));
if (metadata.method !== "WEBSOCKET_INIT") clearInterval(timer);
return { connected: ws.connections.size };`,
  "default/1/flood.ts": `// @mode worker
// @websocket
ws.open = (socket) => { for (let i = 0; i < 50 && socket.send("x".repeat(20_000)) > 0; i++); };
return { connected: ws.connections.size };`,
  // What is left behind until the deployment is cleared.
  "default/3/intervals.ts": "for (let i = 0; i < 5; i++) setInterval(() => {}, 50); return 1",
  "default/3/worker.ts":
    "// @mode worker\nglobalThis.left = []; setInterval(() => left.push(1), 20); setTimeout(() => {}, 3_600_000); return 1",
  "default/3/_helper.ts": "setInterval(() => {}, 50); export const one = 1",
  "default/3/uses-helper.ts": 'import { one } from "./_helper.ts";\nreturn one',
  "default/3/listens.ts":
    'return Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("") }).port > 0',
  "default/3/sockets.ts":
    "// @mode worker\n// @websocket\nws.open = (socket) => socket.send('welcome'); setInterval(() => {}, 50)",
};

import { AT_LINE_1, type FaultRow } from "../row.ts";

const injected = (name: string, script: string): FaultRow => ({
  name: `a line break is put into ${name}`,
  script,
  status: 500,
  log: { level: 50, message: /invalid/i },
});
const badStatus = (code: string): FaultRow => ({
  name: `the status is ${code}`,
  script: `return res.status(${code}).json(1)`,
  status: 500,
  log: { ...AT_LINE_1, message: /^RangeError: Cannot set the status to/ },
});
const misused = (name: string, script: string, text = "x"): FaultRow => ({
  name,
  script,
  text,
  log: { level: 50, message: /the answer has already been sent/ },
});

/** Answers that are not answers. */
export const ANSWERS: readonly FaultRow[] = [
  misused("an answer is sent twice", 'res.send("x"); res.send("y")'),
  misused("an answer is sent again later", 'res.send("x"); await Bun.sleep(1); res.send("y")'),
  misused("a header is set after the end", 'res.end("x"); res.setHeader("a", "b")'),
  misused("something is written after the end", 'res.end("x"); res.write("y")'),
  misused("something is written much later", 'setTimeout(() => res.write("y"), 1); res.end("x")'),
  injected("a header", 'res.setHeader("x-a", "b\\r\\nx-evil: 1"); return 1'),
  injected("the name of a header", 'res.setHeader("x-a\\r\\nx-evil", "1"); return 1'),
  injected("a header of a Response", 'return new Response("x", { headers: { "x-a": "b\\r\\nx-evil: 1" } })'),
  injected("a redirect", 'return res.redirect("/x\\r\\nx-evil: 1")'),
  injected("the path of a cookie", 'res.cookie("a", "1", { path: "/\\r\\nx-evil: 1" }); return 1'),
  injected("a content type", 'res.type("text/html\\r\\nx-evil: 1"); return 1'),
  injected("a header, as a NUL", 'res.setHeader("x-a", "b\\0c"); return 1'),
  {
    name: "a line break is put into the words of a status",
    script: 'return new Response("x", { statusText: "OK\\r\\nx-evil: 1" })',
    text: "x",
  },
  ...["0", "99", "100", "101", "600", "-1", "1e9", "NaN", "200.5", '"many"', "{}", "null"].map(badStatus),
  {
    name: "the status is a numeric text",
    script: 'return res.status("404").send("x")',
    status: 404,
    text: "x",
  },
  {
    name: "a Response has the status 101",
    script: "return new Response(null, { status: 101 })",
    status: 500,
    log: { level: 50, message: /^RangeError: Cannot set the status to 101/ },
  },
  {
    name: "a Response is returned whose body has been read",
    script: 'const r = new Response("x"); await r.text(); return r',
    status: 500,
    log: { level: 50, message: /its body has been read already/ },
  },
  {
    name: "one Response is returned twice",
    script:
      '// @mode worker\nglobalThis.r ??= new Response("x"); await globalThis.r.text().catch(() => 0); return globalThis.r',
    status: 500,
    log: { level: 50, message: /its body has been read already/ },
  },
  ...["", ', { headers: { "content-type": "text/css" } }'].flatMap((init) => [
    {
      name: `a Response fails before its first byte${init}`,
      script: `return new Response(new ReadableStream({ start(c) { c.error(new Error("errored")) } })${init})`,
      status: 500,
      log: { ...AT_LINE_1, message: "errored" },
    },
    {
      name: `a Response fails later${init}`,
      script: `let n = 0; return new Response(new ReadableStream({
  async pull(c) { if (n++ === 0) return c.enqueue("first"); await Bun.sleep(1); c.error(new Error("errored")) }
})${init})`,
      status: "broken" as const,
      log: { level: 50, line: 2, message: "errored" },
    },
    {
      name: `a Response never has a chunk${init}`,
      script: `// @timeout 50ms\nreturn new Response(new ReadableStream({})${init})`,
      status: 504,
    },
  ]),
  {
    name: "a generator throws at once",
    script: 'return (async function* () { throw new Error("first") })()',
    status: 500,
    log: { ...AT_LINE_1, message: "first" },
  },
  {
    name: "a generator that res.stream was given throws at once",
    script: 'res.stream((function* () { throw new Error("first") })())',
    status: 500,
    log: { ...AT_LINE_1, message: "first" },
  },
  {
    name: "a generator throws later",
    script: 'return (async function* () { yield "a"; await Bun.sleep(1); throw new Error("later") })()',
    status: "broken",
    log: { ...AT_LINE_1, message: "later" },
  },
  {
    name: "an iterator yields what is no result",
    script: "return { [Symbol.asyncIterator]: () => ({ next: () => 1 }) }",
    status: 500,
    log: { level: 50, message: /The iterator yielded 1/ },
  },
  {
    name: "an iterator has no next",
    script: "return { [Symbol.asyncIterator]: () => ({}) }",
    status: 500,
    log: { level: 50, message: /has no next/ },
  },
  {
    name: "a generator yields nothing for ever",
    script: "// @timeout 100ms\nreturn (async function* () { for (;;) yield })()",
    status: 504,
  },
  {
    name: "a generator never yields",
    script: "// @timeout 50ms\nreturn (async function* () { await new Promise(() => {}) })()",
    status: 504,
  },
  {
    name: "a stream never has a chunk",
    script: "// @timeout 50ms\nreturn new ReadableStream({})",
    status: 504,
  },
  {
    name: "a stream is returned that somebody reads",
    script: 'const s = new Blob(["x"]).stream(); s.getReader(); return s',
    status: 500,
  },
  {
    name: "a stream yields what JSON cannot hold",
    script: "const a = {}; a.a = a; return (async function* () { yield a })()",
    status: 500,
  },
  {
    name: "a transform is aborted",
    script: `const { readable, writable } = new TransformStream();
writable.abort(new Error("aborted")).catch(() => 0); return readable`,
    status: 500,
    log: { level: 50, message: "aborted" },
  },
  {
    name: "a script throws after it has written",
    script: 'res.write("a"); await Bun.sleep(5); throw new Error("after write")',
    status: "broken",
    log: { ...AT_LINE_1, message: "after write" },
  },
  {
    name: "res.write is given more than may wait: the write throws, and what was written before is sent",
    script: `let why = "";
for (let i = 0; i < 100; i++) try { res.write(Buffer.alloc(1e6, 97)) } catch (error) { why ||= error.message }
console.warn(why); res.end()`,
    text: /^a{8000000}$/,
    log: { level: 40, msg: /^Cannot write 1000000 bytes: 8000000 wait .* --write-buffer-max is 8388608/ },
  },
  {
    name: "a handler never answers",
    script: "// @timeout 50ms\nmodule.exports = (req, res) => new Promise(() => {})",
    status: 504,
  },
  {
    name: "a stream is made and never consumed",
    script: 'new ReadableStream({ pull(c) { c.enqueue("x".repeat(1e6)) } }); return 1',
    text: "1",
  },
  {
    name: "a generator is begun and never consumed",
    script:
      "const ticks = (async function* () { for (;;) yield await Bun.sleep(1) })(); await ticks.next(); return 1",
    text: "1",
  },
  {
    name: "one half of a stream is sent, the other never consumed",
    script: 'const [one, other] = new Blob(["x".repeat(1e6)]).stream().tee(); return one',
    text: /^x{1000000}$/,
  },
  {
    name: "a posted body is never read",
    script: "return 1",
    init: { method: "POST", body: Buffer.alloc(5_000_000) },
    text: "1",
  },
  {
    name: "a fetched body is never read",
    script: 'return (await fetch("http://" + req.headers.host + "/big")).status',
    text: "200",
  },
];

/** One script that would never let go of the server. */
export interface Runaway {
  readonly name: string;
  /** Texts of `default/1` by name; `/a` is called. */
  readonly files: Readonly<Record<string, string>>;
  /** Line of the loop that is named. */
  readonly line: number;
  /** File the loop stands in, when it is not the only one. */
  readonly file?: string;
  /** Where the end is seen: in the answer, or, when the request was over by then, in the log alone. */
  readonly seenIn?: "answer" | "log";
  /** Whether what it throws reaches nobody but the process, so that only a real one can be tried. */
  readonly needsProcess?: boolean;
  /** Milliseconds until the loop begins. */
  readonly afterMs?: number;
  /**
   * Share of the limit that one native call within a round may take, which nothing can cut.
   *
   * An array that grows is moved to a place half again as large: 85 ms at 17 million items, 300 ms at 57, 500 ms at
   * 86 million (Bun 1.4.5, 2 cores), each about a tenth of the time the loop has run by then.
   */
  readonly nativeShare?: number;
}

const rowsOf =
  (file: string) =>
  (name: string, source: string, line: number, more: Partial<Runaway> = {}): Runaway => ({
    name,
    files: { [file]: source },
    line,
    ...more,
  });
const js = rowsOf("a.js");
const ts = rowsOf("a.ts");

/** A wait for which the event loop turns. */
const WAIT = "await new Promise((done) => setTimeout(done, 20));";
/** A round of some milliseconds that no guard can interrupt. */
const BUSY =
  "const until = performance.now() + 10; const text = JSON.stringify(Array.from({ length: 60000 }, String));";

/** TABLE: every kind of loop, in every place where one can stand. */
export const RUNAWAYS: readonly Runaway[] = [
  js("for", "for (;;) {}", 1),
  js("for without a body", "for (;;);", 1),
  js("for that counts", "let sum = 0;\nfor (let i = 0; i >= 0; i++) sum += i;\nreturn sum", 2),
  js("for with a wrong bound", "for (let i = 0; i !== 0.5; i += 1) {}", 1),
  js("for that counts down", "let n = 10;\nfor (let i = n; i > 0; i++) { n += i & 1 }", 2),
  js(
    "for over a length that is no length",
    "const a = { length: 1e308 };\nlet s = 0;\nfor (let i = 0; i < a.length; i++) s += i;",
    3,
  ),
  js("for whose test does all", "let n = 0;\nfor (; ++n > 0; );", 2),
  js("while", "let n = 0;\nwhile (true) n++;", 2),
  js("while with a block", "let n = 1;\nwhile (n) { n = n + 1; }", 2),
  js("while as a branch", "let a = 1;\nif (a) while (a) a++; else a = 2;", 2),
  js("do while", "let n = 0;\ndo { n++ } while (n)", 2),
  js("do while without braces", "let n = 0;\ndo n++; while (n > 0)", 2),
  js(
    "for of over a set whose items are put back",
    "const set = new Set([1, 2]);\nfor (const item of set) { set.delete(item); set.add(item); }",
    2,
  ),
  js(
    "for of over a list that it adds to",
    "const list = [1];\nfor (const item of list) list.push(item);",
    2,
    { nativeShare: 0.25 },
  ),
  js(
    "for of over an own iterator",
    "const ones = { [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) };\nfor (const one of ones) ;",
    2,
  ),
  js("for in whose body never ends", "for (const key in { a: 1 })\n  for (;;) key;", 2),
  js("continue to a label", "outer: for (;;) {\n  for (let i = 0; i < 3; i++) continue outer;\n}", 1),
  js("break out of the inner loop only", "for (;;) {\n  inner: for (const a of [1, 2]) break inner;\n}", 1),
  js("inside a switch", "switch (1) {\n  case 1:\n    while (true);\n}", 3),
  js("strings that are thrown away", "for (let i = 0; ; i++) String(i).padEnd(9);", 1),
  js("rounds of some milliseconds", `for (;;) { ${BUSY} while (performance.now() < until); }`, 1),
  js(
    "quick rounds that become slow",
    `for (let i = 0; ; i++) { if (i < 100000) continue; ${BUSY} while (performance.now() < until); }`,
    1,
  ),
  js(
    "slow rounds that call nothing",
    "const many = Array.from({ length: 20000 }, (_, at) => at);\nlet text;\nfor (;;) text = '' + many;",
    3,
  ),
  js(
    "rounds that call nothing and become slow",
    "const many = Array.from({ length: 20000 }, (_, at) => at);\nlet text;\nfor (let i = 0; ; i++) if (i > 1e6) text = '' + many;",
    3,
  ),
  js(
    "a nest of loops whose first rounds are quick",
    `let n = 0, m = 80;\n${[..."abcdef"]
      .map((name) => `for (let ${name} = 0; ${name} < m; ${name}++) { if (${name} < 30) continue; `)
      .join("")}n += a;${" }".repeat(6)}`,
    2,
  ),
  js(
    "loops within loops that call nothing",
    "let n = 0;\nfor (;;) for (let i = 0, m = 9; i < m; i++) n += i;",
    2,
  ),
  js(
    "a round that calls a function",
    "const step = (n) => n + 1;\nlet n = 0;\nwhile (n >= 0) n = step(n);",
    3,
  ),
  js("try within the loop", "for (;;) { try { JSON.parse('{') } catch {} }", 1),
  js("try around the loop, and another loop", "try { for (;;) {} } catch {}\nfor (;;) {}", 2),
  js("catch that goes on for ever", "for (;;) {\n  try { for (;;) {} } catch {}\n}", 1),
  js(
    "a function that catches, called for ever",
    "const spin = () => { try { for (;;) {} } catch {} };\nfor (;;) spin();",
    2,
  ),
  js("finally", "try { for (;;) {} } finally { for (let i = 0; i < 1e5; i++) i; }", 1),
  js("in a function", "function f() {\n  while (true) {}\n}\nf()", 2),
  js("in an arrow function", "const f = () => {\n  while (true) {}\n};\nreturn f()", 2),
  js("in a strict function", 'function f() {\n  "use strict";\n  while (true) {}\n}\nf()', 3),
  js("in a strict script", '"use strict";\nlet n = 0;\nfor (;;) n++;', 3),
  js("in a method", "class A {\n  go() { for (;;) {} }\n}\nnew A().go()", 2),
  js("in a constructor", "class A {\n  constructor() { for (;;) {} }\n}\nnew A()", 2),
  js("in a static block", "class A {\n  static { for (;;) {} }\n}", 2),
  js("in the initialiser of a field", "class A {\n  a = (() => { for (;;) {} })();\n}\nnew A()", 2),
  js("in a getter", "const a = {\n  get b() { for (;;) {} },\n};\nreturn a.b", 2),
  js("in a getter that is read for the answer", "return {\n  get b() { for (;;) {} },\n}", 2),
  js("in toJSON", "return {\n  deep: { toJSON() { for (;;) {} } },\n}", 2),
  js("in a callback of sort", "[3, 2, 1].sort(() => {\n  for (;;) {}\n})", 2),
  js("in a default value", "function f(\n  a = (() => { for (;;) {} })(),\n) {}\nf()", 2),
  js("in an argument", "return String((() => {\n  for (;;) {}\n})())", 2),
  js(
    "in a generator",
    "let sum = 0;\nfunction* ones() { for (;;) yield 1 } for (const one of ones()) sum += one;",
    2,
  ),
  js(
    "in a generator, by a native function",
    "function* none() {\n  for (;;) { if (globalThis.x) yield 1; }\n}\nreturn Array.from(none())",
    2,
  ),
  js(
    "in a generator that streams",
    "return (async function* () {\n  yield 'first';\n  for (;;) {}\n})()",
    3,
    { seenIn: "log" },
  ),
  js("in a handler", "module.exports = (req, res) => {\n  for (;;) {}\n}", 2),
  js("in a handler, after await", `module.exports = async (req, res) => {\n  ${WAIT}\n  for (;;) {}\n}`, 3, {
    afterMs: 20,
  }),
  js("in a fetch handler", "export default {\n  fetch(request) { for (;;) {} },\n}", 2),
  js("in a handler by method", "export function GET(request) {\n  for (;;) {}\n}", 2),
  js("after await", `${WAIT}\nfor (;;) {}`, 2, { afterMs: 20 }),
  js("await of nothing", "for (;;) await null;", 1),
  js("await of a promise that is there", "const ready = Promise.resolve(1);\nwhile (true) await ready;", 2),
  js("await of an async function", "const step = async () => 1;\nfor (;;) { await step() }", 2),
  js("await of process.nextTick", "for (;;) await new Promise((done) => process.nextTick(done));", 1),
  js(
    "await of a catch of an endless loop",
    "const spin = async () => { for (;;) {} };\nfor (;;) await spin().catch(() => 0);",
    2,
  ),
  js(
    "for await over values that are there",
    "async function* ones() { while (true) yield 1 } for await (const one of ones()) one;",
    1,
  ),
  js(
    "for await over an own iterator",
    "const ones = { [Symbol.asyncIterator]: () => ({ next: async () => ({ value: 1, done: false }) }) };\nfor await (const one of ones) ;",
    2,
  ),
  js("in then", "return Promise.resolve().then(() => {\n  for (;;) {}\n})", 2),
  js("in a timer, once the request is over", "setTimeout(() => {\n  for (;;) {}\n}, 20);\nreturn 1", 2, {
    seenIn: "log",
    afterMs: 20,
  }),
  js("in setImmediate", "setImmediate(() => {\n  for (;;) {}\n});\nreturn 1", 2, { seenIn: "log" }),
  js("in a microtask that nobody awaits", "queueMicrotask(() => {\n  for (;;) {}\n});\nreturn 1", 2, {
    seenIn: "log",
    needsProcess: true,
  }),
  js("worker", "// @mode worker\nfor (;;) {}", 2),
  js("worker, after await", `// @mode worker\n${WAIT}\nfor (;;) {}`, 3, { afterMs: 20 }),
  js("with a global of its own", "globalThis.count = 0;\nfor (;;) count++;", 2),
  js("in a context of its own", "Array.prototype.last = 1;\nfor (;;) {}", 2),
  js("with names like ours", "let $$left0 = 1, $$run0 = 2, $$loop0 = { at: 1 };\nfor (;;) $$left0 = 5;", 2),
  {
    name: "in a helper that is loaded",
    files: { "a.js": 'import "./_b.js";\nreturn 1', "_b.js": "\nfor (;;) {}" },
    file: "_b.js",
    line: 2,
  },
  {
    name: "in a helper that is required",
    files: { "a.js": 'return require("./_b.js")', "_b.js": "exports.x = 1;\nfor (;;) {}" },
    file: "_b.js",
    line: 2,
  },
  {
    name: "in a function of a helper",
    files: {
      "a.js": 'const { spin } = require("./_b.js");\nreturn spin()',
      "_b.js": "exports.spin = () => {\n  for (;;) {}\n}",
    },
    file: "_b.js",
    line: 2,
  },
  {
    name: "around a helper that loops a little",
    files: {
      "a.js": 'const { work } = require("./_b.js");\nfor (;;) work();',
      "_b.js":
        "exports.work = () => { let s = 0; for (const i of Array(50)) s += String(i).length; return s }",
    },
    file: "a.js",
    line: 2,
  },
  { name: "in pre", files: { "a.js": "return 1", "pre.js": "\nfor (;;) {}" }, file: "pre.js", line: 2 },
  { name: "in post", files: { "a.js": "return 1", "post.js": "\nfor (;;) {}" }, file: "post.js", line: 2 },
  ts("TypeScript", "const n: number = 1;\nwhile (n as unknown as boolean) (<any>n);", 2),
  ts(
    "TypeScript with an enum",
    "enum Color { Red, Green }\n\nlet color: Color = Color.Red;\nwhile (true) { color = Color.Green }",
    4,
  ),
  ts(
    "TypeScript, a generic function",
    "function first<T>(list: T[]): T {\n  for (;;) list[0] as T;\n}\nreturn first([1])",
    2,
  ),
];

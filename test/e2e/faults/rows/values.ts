import { AT_LINE_1, type FaultRow } from "../row.ts";

const thrown = (name: string, script: string, text: RegExp = /^VM Error in script/): FaultRow => ({
  name: `a script throws ${name}`,
  script,
  status: 500,
  text,
  log: { level: 50, msg: "Script failed" },
});
const TRAPS = 'new Proxy({}, { get: () => () => { throw new Error("trap") } })';

/** Things thrown and returned that are not what they seem. */
export const VALUES: readonly FaultRow[] = [
  thrown("null", "throw null", /': null\n/),
  thrown("undefined", "throw undefined", /': undefined\n/),
  thrown("a proxy all of whose traps throw", `throw new Proxy({}, ${TRAPS})`),
  thrown("a proxy of an error all of whose traps throw", `throw new Proxy(new Error("x"), ${TRAPS})`),
  thrown("a proxy all of whose traps throw, after an await", `await null; throw new Proxy({}, ${TRAPS})`),
  thrown(
    "an error whose getters throw",
    `const e = new Error("x");
for (const k of ["message", "stack", "name", "cause", "code", "toString"])
  Object.defineProperty(e, k, { get() { throw new Error("getter") } });
throw e`,
  ),
  thrown("a frozen error", 'throw Object.freeze(new Error("frozen"))', /': frozen\n/),
  thrown(
    "an error that is its own cause",
    'const e = new Error("cyclic"); e.cause = e; throw e',
    /': cyclic\n/,
  ),
  thrown("an error with a message of 100 MB", 'throw new Error("x".repeat(1e8))', /^.{1,9000}\n/),
  thrown("a text of 100 MB", 'throw "x".repeat(1e8)', /^.{1,9000}\n/),
  thrown(
    "an error with a strange stack",
    'throw Object.assign(new Error("a"), { stack: { toString() { throw 1 } } })',
  ),
  thrown("a function", "throw function f() {}"),
  thrown("a symbol", 'throw Symbol("s")', /Symbol\(s\)/),
  thrown("a rejected promise", 'throw Promise.reject(new Error("inner"))'),
  thrown("by a thenable's then", 'return { then() { throw new Error("then") } }', /': then\n/),
  thrown("by a thenable's getter", 'return { get then() { throw new Error("getter") } }', /': getter\n/),
  thrown("by rejecting with nothing", "return Promise.reject()", /': undefined\n/),
  thrown("a stack overflow", "const f = () => f() + 1; return f()", /RangeError: Maximum call stack/),
  thrown(
    "a stack overflow in async code",
    "const f = async () => { await f() }; await f()",
    /Maximum call stack/,
  ),
  thrown(
    "a stack overflow in a getter that JSON asks",
    "return { get a() { return JSON.stringify(this) } }",
    /Maximum call stack/,
  ),
  thrown("an allocation that is too large", "return Buffer.alloc(2 ** 44)", /RangeError/),
  thrown("a text that is too long", 'return "x".repeat(2 ** 31)', /RangeError/),
  thrown("an array that is too long", "return new Array(2 ** 32)", /RangeError/),
  { name: "a script allocates 1 GB", script: "return Buffer.alloc(1e9).length", text: "1000000000" },
  {
    name: "a thenable calls both callbacks",
    script: 'return { then(a, b) { a("first"); b(new Error("x")) } }',
    text: "first",
  },
  {
    name: "a thenable rejects first and resolves then",
    script: 'return { then(a, b) { b(new Error("both")); a(1) } }',
    status: 500,
    text: /': both\n/,
  },
  {
    name: "a thenable resolves and throws then",
    script: 'return { then(a) { a("kept"); throw new Error("x") } }',
    text: "kept",
  },
  {
    name: "a thenable never answers",
    script: "// @timeout 50ms\nreturn { then() {} }",
    status: 504,
    text: /Script timeout/,
  },
  { name: "a promise never settles", script: "// @timeout 50ms\nawait new Promise(() => {})", status: 504 },
  { name: "a script returns a function", script: "return () => 1", status: 500, text: /a function/ },
  { name: "a script returns a cycle", script: "const a = {}; a.a = a; return a", status: 500 },
  {
    name: "a script returns 10,000 levels",
    script: "let o = {}; for (let i = 0; i < 10000; i++) o = { o }; return o",
    text: /^(\{"o":){10000}/,
  },
  {
    name: "a script returns a million levels",
    script: "let o = {}; for (let i = 0; i < 1000000; i++) o = { o }; return o",
    status: 500,
    text: /cannot be written as JSON/,
  },
  {
    name: "a script sends 100,000 levels back",
    script: "return req.body",
    init: {
      method: "POST",
      body: "[".repeat(1e5) + "]".repeat(1e5),
      headers: { "content-type": "application/json" },
    },
    status: 500,
  },
  { name: "a script returns a proxy", script: "return new Proxy({ a: 1 }, {})", text: '{"a":1}' },
  {
    name: "a script returns a proxy all of whose traps throw",
    script: `return new Proxy({}, ${TRAPS})`,
    status: 500,
    log: AT_LINE_1,
  },
  {
    name: "a script returns a revoked proxy",
    script: "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy",
    status: 500,
  },
  {
    name: "a getter returns something else each time",
    script: "let n = 0; return { get a() { return n++ ? () => {} : { deep: {} } } }",
  },
  {
    name: "a module fails while it is loaded",
    script: 'import "./_fails.ts"; return 1',
    files: { "_fails.ts": '\nthrow new Error("load")' },
    status: 500,
    log: { level: 50, script: "default/1/_fails.ts", line: 2, message: "load" },
  },
  {
    name: "modules require each other",
    script: 'return require("./_one.js").a',
    files: {
      "_one.js": 'exports.a = 1; exports.b = require("./_two.js").c',
      "_two.js": 'exports.c = require("./_one.js").a',
    },
    text: "1",
  },
  ...['require("node:nope")', 'await import("bun:nope")'].map((call) => ({
    name: `a script does ${call}`,
    script: call,
    status: 500,
    log: { level: 50, message: /^Cannot find module "(node|bun):nope" from "default\/1\/row-\d+\.js"/ },
  })),
  {
    name: "a dynamic import finds no file",
    script: 'return await import("./nope.js")',
    status: 500,
    log: { level: 50, message: /^Cannot find module "\.\/nope\.js"/ },
  },
  {
    name: "a regular expression takes its time",
    script: 'return /^(a+)+$/.test("a".repeat(20) + "b")',
    text: "false",
  },
];

import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";
import { type ScriptRow, scriptRows } from "../support/script-rows.ts";

const POST_JSON: RequestInit = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"n":1}',
};

describe("top-level statements", () => {
  scriptRows({
    "a top-level return is the answer": { script: "return { a: 1 };", json: { a: 1 } },
    "a return inside a block is the answer": {
      script: "if (req.method === 'GET') { return 'early'; }\nreturn 'late';",
      text: "early",
    },
    "a top-level await is waited for": {
      script: "const n = await Promise.resolve(2);\nreturn { n };",
      json: { n: 2 },
    },
    "an await inside a block is waited for": {
      script: "let n = 0;\nfor (const each of [1, 2]) n += await each;\nreturn { n };",
      json: { n: 3 },
    },
    "for await at top level works": {
      script:
        "const seen = [];\nfor await (const each of [1, Promise.resolve(2)]) seen.push(each);\nreturn seen;",
      json: [1, 2],
    },
    "await using at top level is disposed before the answer": {
      script:
        "const seen = [];\n{ await using held = { async [Symbol.asyncDispose]() { seen.push('gone'); } }; }\nreturn seen;",
      json: ["gone"],
    },
    "res at top level answers without a return": {
      script: "res.status(201).json({ made: true });",
      status: 201,
      json: { made: true },
    },
    "res after an await answers without a return": {
      script: "await null;\nres.json({ late: true });",
      json: { late: true },
    },
    "a promise at top level is the answer": { script: "return Promise.resolve('soon');", text: "soon" },
    "an empty file answers 204": { script: "", status: 204, text: "" },
    "a file of comments answers 204": { script: "// nothing\n/* yet */", status: 204, text: "" },
    "functions may be used before their declaration": {
      script: "return later();\nfunction later() { return 'hoisted'; }",
      text: "hoisted",
    },
    "a script that ends in a comment works": { script: "return 'done'; // the end", text: "done" },
    "a script that ends in an open block comment's end works": {
      script: "return 'done' /* end */",
      text: "done",
    },
    "an expression without semicolons works": { script: "const a = 1\nconst b = 2\nreturn a + b", text: "3" },
  });
});

describe("module.exports and exports", () => {
  const answers = (script: string): ScriptRow => ({ script, json: { by: "GET" } });
  scriptRows({
    "module.exports = arrow": answers("module.exports = (req, res) => res.json({ by: req.method });"),
    "module.exports = anonymous function": answers(
      "module.exports = function (req, res) { res.json({ by: req.method }); };",
    ),
    "module.exports = named function": answers(
      "module.exports = function handle(req, res) { res.json({ by: req.method }); };",
    ),
    "module.exports = a function declared later": answers(
      "module.exports = handle;\nfunction handle(req) { return { by: req.method }; }",
    ),
    "module.exports = async arrow": answers(
      "module.exports = async (req, res) => { await null; res.json({ by: req.method }); };",
    ),
    "module.exports = async function": answers(
      "module.exports = async function (req) { return { by: req.method }; };",
    ),
    "the handler's own return value is the answer": answers(
      "module.exports = (req) => ({ by: req.method });",
    ),
    "exports.default = handler": answers("exports.default = (req) => ({ by: req.method });"),
    "exports.handler = handler": answers("exports.handler = (req) => ({ by: req.method });"),
    "module.exports.default = handler": answers("module.exports.default = (req) => ({ by: req.method });"),
    "module.exports.handler = handler": answers("module.exports.handler = (req) => ({ by: req.method });"),
    "module.exports = { handler }": answers(
      "module.exports = { handler(req) { return { by: req.method }; } };",
    ),
    "module.exports = exports = handler": answers(
      "module.exports = exports = (req) => ({ by: req.method });",
    ),
    "module.exports = handler after a top-level await": answers(
      "const key = await Promise.resolve('by');\nmodule.exports = (req) => ({ [key]: req.method });",
    ),
    "module.exports = { fetch } gets a Request": answers(
      "module.exports = { fetch: (request) => Response.json({ by: request.method }) };",
    ),
    "module.exports = { GET } gets a Request": answers(
      "module.exports = { GET: (request) => ({ by: request.method }) };",
    ),
    "module.exports = a value is the answer": { script: "module.exports = { a: [1] };", json: { a: [1] } },
    "module.exports = an array is the answer": { script: "module.exports = [];", json: [] },
    "module.exports = a string is the answer": { script: "module.exports = 'plain';", text: "plain" },
    "module.exports = generator function streams what it yields": {
      script: "module.exports = function* () { yield 'a'; yield 'b'; };",
      text: "ab",
    },
    "module.exports = async generator function streams what it yields": {
      script: "module.exports = async function* () { yield 'a'; await null; yield 'b'; };",
      text: "ab",
    },
    "a handler is called with req, res, metadata and shared": {
      script:
        "module.exports = (req, res, metadata, shared) => { shared.n = 1; return [req.method, typeof res.json, metadata.method, shared.n]; };",
      json: ["GET", "function", "GET", 1],
    },
    "a handler that takes ...all gets four arguments": {
      script: "module.exports = (...all) => [all.length, all[2].method, typeof all[3]];",
      json: [4, "GET", "object"],
    },
    "a handler that reads arguments gets four": {
      script: "module.exports = function () { return [arguments.length, arguments[2].method]; };",
      json: [4, "GET"],
    },
    "a handler whose third parameter has a default gets metadata": {
      script:
        "module.exports = (req, res, metadata = null, shared = null) => [metadata?.method, typeof shared];",
      json: ["GET", "object"],
    },
    "a handler whose first parameter has a default gets metadata": {
      script: "module.exports = (req = null, res = null, { method } = {}) => ({ method });",
      json: { method: "GET" },
    },
    "a bound handler gets metadata": {
      script:
        "function handle(req, res, metadata) { return [this.tag, metadata.method]; }\nmodule.exports = handle.bind({ tag: 't' });",
      json: ["t", "GET"],
    },
    "a handler made by another function gets metadata": {
      script:
        "const wrap = (inner) => (...args) => inner(...args);\nmodule.exports = wrap((req, res, metadata) => ({ by: metadata.method }));",
      json: { by: "GET" },
    },
    "injected names are visible inside the handler": {
      script: "module.exports = async (req, res) => res.json({ q: metadata.query.q, s: typeof shared });",
      at: "?q=x",
      json: { q: "x", s: "object" },
    },
    "a top-level return wins over module.exports": {
      script: "module.exports = () => 'handler';\nreturn 'returned';",
      text: "returned",
    },
    "an answer by res at top level wins over module.exports": {
      script: "module.exports = () => 'handler';\nres.send('sent');",
      text: "sent",
    },
    "a handler that returns nothing and does not answer gives 204": {
      script: "module.exports = () => {};",
      status: 204,
      text: "",
    },
  });
});

describe("export default", () => {
  const answers = (script: string): ScriptRow => ({ script, json: { by: "GET" } });
  scriptRows(
    {
      "a named function": answers("export default function handle(req) { return { by: req.method }; }"),
      "an anonymous function": answers("export default function (req) { return { by: req.method }; }"),
      "a named async function": answers(
        "export default async function handle(req) { return { by: req.method }; }",
      ),
      "an anonymous async function": answers(
        "export default async function (req, res) { res.json({ by: req.method }); }",
      ),
      "an arrow": answers("export default (req) => ({ by: req.method });"),
      "an async arrow": answers(
        "export default async (req, res) => { await null; res.json({ by: req.method }); };",
      ),
      "an arrow on the next line": answers("export default\n  (req) => ({ by: req.method });"),
      "a name": answers("const handle = (req) => ({ by: req.method });\nexport default handle;"),
      "a name in braces": answers(
        "const handle = (req) => ({ by: req.method });\nexport { handle as default };",
      ),
      "a name before its function": answers(
        "export default handle;\nfunction handle(req) { return { by: req.method }; }",
      ),
      "the result of a call": answers(
        "const make = (key) => (req) => ({ [key]: req.method });\nexport default make('by');",
      ),
      "an awaited handler": answers("export default await Promise.resolve((req) => ({ by: req.method }));"),
      "an anonymous function before a line that begins with a parenthesis": answers(
        "export default function (req) { return { by: req.method }; }\n(() => { shared.ran = 1; })()",
      ),
      "a handler in parentheses": answers("export default ((req) => ({ by: req.method }));"),
      "an object with fetch": answers(
        "export default { fetch(request) { return Response.json({ by: request.method }); } };",
      ),
      "an object with async fetch that uses this": answers(
        "export default { key: 'by', async fetch(request) { return { [this.key]: request.method }; } };",
      ),
      "an instance of a class with fetch": answers(
        "class App { key = 'by'; fetch(request) { return { [this.key]: request.method }; } }\nexport default new App();",
      ),
      "a default export re-exported from a helper": answers('export { default } from "./_lib/handler.js";'),
      "a named export of a helper re-exported as default": answers(
        'export { handle as default } from "./_lib/handler.js";',
      ),
      "exported handler": answers("export const handler = (req) => ({ by: req.method });"),
      "exported fetch": answers("export const fetch = (request) => ({ by: request.method });"),
      "a generator function streams what it yields": {
        script: "export default function* () { yield 'a'; yield 'b'; }",
        text: "ab",
      },
      "a named generator function streams what it yields": {
        script: "export default function* all() { yield 'a'; yield 'b'; }",
        text: "ab",
      },
      "an async generator function streams what it yields": {
        script: "export default async function* () { yield 'a'; await null; yield 'b'; }",
        text: "ab",
      },
      "an object is the answer": { script: "export default { a: 1 };", json: { a: 1 } },
      "an array is the answer": { script: "export default [1, 2];", json: [1, 2] },
      "a string is the answer": { script: "export default 'plain';", text: "plain" },
      "a number is the answer": { script: "export default 42;", text: "42" },
      "false is the answer": { script: "export default false;", text: "false" },
      "null answers 204": { script: "export default null;", status: 204, text: "" },
      "a template on several lines is the answer": { script: "export default `a\nb`;", text: "a\nb" },
      "a Response is the answer": {
        script: "export default new Response('made', { status: 201 });",
        status: 201,
        text: "made",
      },
      "a handler gets req, res, metadata and shared": {
        script:
          "export default (req, res, metadata, shared) => [req.method, typeof res.json, metadata.method, typeof shared];",
        json: ["GET", "function", "GET", "object"],
      },
      "injected names are visible inside the handler": {
        script: "export default function () { return { q: metadata.query.q, m: req.method }; }",
        at: "?q=x",
        json: { q: "x", m: "GET" },
      },
      "a top-level return wins over export default": {
        script: "export default () => 'handler';\nreturn 'returned';",
        text: "returned",
      },
      "a top-level return before export default wins": {
        script: "if (req.method === 'GET') return 'returned';\nexport default () => 'handler';",
        text: "returned",
      },
      "the Request of fetch carries the body": {
        script: "export default { async fetch(request) { return { body: await request.json() }; } };",
        init: POST_JSON,
        json: { body: { n: 1 } },
      },
      "the Request of fetch carries URL, headers and a signal": {
        script:
          "export default { fetch(request) { const { pathname, search } = new URL(request.url); return [pathname.slice(0, 5), search, request.headers.get('x-a'), request.signal.aborted]; } };",
        at: "?a=1",
        init: { headers: { "x-a": "b" } },
        json: ["/row-", "?a=1", "b", false],
      },
    },
    {
      "default/1/_lib/handler.js":
        "export default function (req) { return { by: req.method }; }\nexport const handle = (req) => ({ by: req.method });",
    },
  );
});

describe("exported methods", () => {
  const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  const ALL = METHODS.map((name) => `export async function ${name}(request) { return request.method; }`).join(
    "\n",
  );
  const GET_AND_POST =
    "export const GET = () => 'got';\nexport async function POST(request) { return request.json(); }";
  scriptRows({
    ...Object.fromEntries(
      METHODS.map((method) => [
        `${method} is answered by the function of that name`,
        { script: ALL, init: { method }, text: method } satisfies ScriptRow,
      ]),
    ),
    "the function gets a Web Request with its body": {
      script: GET_AND_POST,
      init: POST_JSON,
      json: { n: 1 },
    },
    "HEAD is answered by GET": {
      script:
        "export function GET() { return new Response('got', { status: 203, headers: { 'x-by': 'GET' } }); }",
      init: { method: "HEAD" },
      status: 203,
      headers: { "x-by": "GET" },
    },
    "HEAD is answered by HEAD where there is one": {
      script:
        "export const GET = () => 'got';\nexport const HEAD = () => new Response(null, { headers: { 'x-by': 'HEAD' } });",
      init: { method: "HEAD" },
      headers: { "x-by": "HEAD" },
    },
    "another method answers 405 with Allow": {
      script: GET_AND_POST,
      init: { method: "DELETE" },
      status: 405,
      headers: { allow: "GET, POST, HEAD" },
    },
    "HEAD without GET answers 405 with Allow": {
      script: "export const POST = () => 'posted';",
      init: { method: "HEAD" },
      status: 405,
      headers: { allow: "POST" },
    },
    "an unknown method answers 405 with Allow": {
      script: "export const POST = () => 'posted';",
      init: { method: "PROPFIND" },
      status: 405,
      headers: { allow: "POST" },
    },
    "OPTIONS is answered before the script": {
      script: "export const OPTIONS = () => 'mine';\nexport const GET = () => 'got';",
      init: { method: "OPTIONS" },
      status: 204,
      text: "",
    },
    "methods may be exported in braces": {
      script: "const get = () => 'got';\nexport { get as GET };",
      text: "got",
    },
    "other exports beside a method change nothing": {
      script: "export const config = { a: 1 };\nexport const GET = () => 'got';",
      text: "got",
    },
    "all other shapes get every method": {
      script: "return req.method;",
      init: { method: "PATCH" },
      text: "PATCH",
    },
  });
});

describe("static imports", () => {
  scriptRows(
    {
      "an import together with a top-level return": {
        script: 'import { basename } from "node:path";\nreturn basename("/a/b.txt");',
        text: "b.txt",
      },
      "a default import together with a top-level return": {
        script: 'import os from "os";\nreturn typeof os.cpus;',
        text: "function",
      },
      "a namespace import together with a top-level return": {
        script: 'import * as path from "node:path";\nreturn path.join("a", "b");',
        text: "a/b",
      },
      "an import under another name": {
        script: 'import { join as glue } from "node:path";\nreturn glue("a", "b");',
        text: "a/b",
      },
      "an import of a default and of names": {
        script: 'import path, { join } from "node:path";\nreturn path.join === join;',
        text: "true",
      },
      "an import for its effect": {
        script: 'import "./_lib/effect.js";\nreturn shared === undefined ? "" : "ran";',
        text: "ran",
      },
      "an import below the code that uses it": {
        script: 'return join("a", "b");\nimport { join } from "node:path";',
        text: "a/b",
      },
      "an import together with module.exports": {
        script: 'import { join } from "node:path";\nmodule.exports = () => join("a", "b");',
        text: "a/b",
      },
      "an import together with export default and await": {
        script: 'import { join } from "node:path";\nconst a = await "a";\nexport default () => join(a, "b");',
        text: "a/b",
      },
      "an import of an injected name": {
        script: 'import crypto from "node:crypto";\nreturn typeof crypto.createHmac;',
        text: "function",
      },
      "an import of JSON with its attribute": {
        script: 'import data from "./_lib/data.json" with { type: "json" };\nreturn data;',
        json: { n: 7 },
      },
      "imports on one line": {
        script:
          'import { join } from "node:path"; import { EOL } from "node:os"; return join("a", "b") + EOL;',
        text: "a/b\n",
      },
      "an import over several lines": {
        script: 'import {\n  join,\n  basename,\n} from "node:path";\nreturn basename(join("a", "b"));',
        text: "b",
      },
    },
    {
      "default/1/_lib/effect.js": "globalThis.effect = true;",
      "default/1/_lib/data.json": '{"n":7}',
    },
  );
});

describe("TypeScript", () => {
  scriptRows({
    "annotations of variables, parameters and results": {
      script:
        "const add = (a: number, b?: number): number => a + (b ?? 1);\nconst n: number = add(1);\nreturn { n };",
      json: { n: 2 },
    },
    "interfaces and type aliases": {
      script: "interface A { a: number }\ntype B = A & { b?: string };\nconst v: B = { a: 1 };\nreturn v;",
      json: { a: 1 },
    },
    "an enum": {
      script: "enum Colour { Red, Green = 5, Blue }\nreturn [Colour.Red, Colour.Blue, Colour[5]];",
      json: [0, 6, "Green"],
    },
    "an enum of strings": { script: 'enum E { A = "a" }\nreturn E.A;', text: "a" },
    "a const enum": { script: "const enum E { A = 3 }\nreturn [E.A];", json: [3] },
    "an exported enum": { script: "export enum E { A = 3 }\nexport default () => [E.A];", json: [3] },
    "a namespace": {
      script:
        "namespace Shapes { export const sides = 4; export function area(n: number) { return n * n; } }\nreturn [Shapes.sides, Shapes.area(3)];",
      json: [4, 9],
    },
    "a namespace that merges with a function": {
      script: "function f() { return f.n; }\nnamespace f { export let n = 2; }\nreturn [f()];",
      json: [2],
    },
    "a variable that a namespace exports changes inside and outside": {
      script:
        "namespace A.B { export let n = 1, m = 2; export const grow = () => { n++; }; export var o; }\nA.B.grow(); A.B.m = 5; A.B.o = A.B.n;\nreturn A.B;",
      json: { n: 2, m: 5, o: 2 },
    },
    "a namespace inside a namespace": {
      script:
        "export namespace A { export namespace B { export let n = 3; } }\nexport default () => [A.B.n];",
      json: [3],
    },
    "a namespace of types alone": {
      script: "namespace T { export type A = number }\nconst a: T.A = 1;\nreturn [a];",
      json: [1],
    },
    "parameter properties": {
      script:
        "class P { constructor(private readonly a: number, public b = 2) {} sum() { return this.a + this.b; } }\nreturn [new P(1).sum()];",
      json: [3],
    },
    "a class decorator": {
      script:
        "function tag(target: any) { target.tagged = true; }\n@tag class A { static tagged: boolean }\nreturn [A.tagged];",
      json: [true],
    },
    "a method decorator": {
      script:
        "const seen: string[] = [];\nfunction log(_target: unknown, key: any) { seen.push(typeof key === 'string' ? key : key.name); }\nclass A { @log run() {} }\nreturn seen;",
      json: ["run"],
    },
    "import type": {
      script: 'import type { Stats } from "./_lib/absent.ts";\nconst s: Stats | null = null;\nreturn [s];',
      json: [null],
    },
    "import of a type among values": {
      script:
        'import { type PathLike, existsSync } from "node:fs";\nconst p: PathLike = "/";\nreturn [existsSync(p)];',
      json: [true],
    },
    "export type and export interface": {
      script: "export type A = number;\nexport interface B { a: A }\nexport default () => [1];",
      json: [1],
    },
    satisfies: { script: "const v = { a: 1 } satisfies Record<string, number>;\nreturn v;", json: { a: 1 } },
    "as and as const": {
      script: "const v = ({ a: 1 } as const).a as unknown as number;\nreturn [v];",
      json: [1],
    },
    "non-null assertions": {
      script: "const v: { a?: { b: number } } = { a: { b: 1 } };\nreturn [v.a!.b];",
      json: [1],
    },
    "generics of functions and classes": {
      script:
        "class Box<T extends object> { constructor(readonly v: T) {} }\nfunction id<T>(v: T): T { return v; }\nreturn id<Box<{ a: number }>>(new Box({ a: 1 })).v;",
      json: { a: 1 },
    },
    "calls with type arguments": {
      script: "const m = new Map<string, number[]>([['a', [1]]]);\nreturn [...m.get('a')!];",
      json: [1],
    },
    "const type parameters": {
      script: "function id<const T>(v: T): T { return v; }\nreturn id([1, 2]);",
      json: [1, 2],
    },
    "a generic arrow": { script: "const id = <T,>(v: T): T => v;\nreturn [id(1)];", json: [1] },
    overloads: {
      script:
        "function f(a: string): string;\nfunction f(a: number): string;\nfunction f(a: unknown) { return String(a); }\nreturn [f(1)];",
      json: ["1"],
    },
    "overloads of methods": {
      script:
        "class A { f(a: string): string; f(a: number): string; f(a: unknown) { return String(a); } }\nreturn [new A().f(1)];",
      json: ["1"],
    },
    "abstract classes": {
      script:
        "abstract class A { abstract n(): number; twice() { return this.n() * 2; } }\nclass B extends A { override n() { return 2; } }\nreturn [new B().twice()];",
      json: [4],
    },
    implements: {
      script:
        "interface N { n: number }\nclass A implements N { public n = 1; private m = 2; protected readonly o?: string; }\nreturn new A();",
      json: { n: 1, m: 2 },
    },
    declare: {
      script:
        "declare const absent: string;\ndeclare function nope(): void;\ndeclare module 'x' { const y: number; }\nreturn [typeof absent];",
      json: ["undefined"],
    },
    "declare global": {
      script: "declare global { interface Window { a: number } }\nexport default () => [1];",
      json: [1],
    },
    "declared fields": {
      script: "class A { n = 1 }\nclass B extends A { declare n: number; }\nreturn [new B().n];",
      json: [1],
    },
    "definite assignment": {
      script:
        "let n!: number;\nclass A { m!: number; constructor() { this.m = 2; } }\nn = 1;\nreturn [n, new A().m];",
      json: [1, 2],
    },
    "this parameters": {
      script:
        "function f(this: { n: number }, m: number) { return this.n + m; }\nreturn [f.call({ n: 1 }, 2)];",
      json: [3],
    },
    "type predicates and assertions": {
      script:
        "const isN = (v: unknown): v is number => typeof v === 'number';\nfunction check(v: unknown): asserts v is number { if (!isN(v)) throw new Error('no'); }\ncheck(1);\nreturn [isN(2)];",
      json: [true],
    },
    "index signatures": {
      script: "class A { [key: string]: unknown; a = 1 }\nreturn new A();",
      json: { a: 1 },
    },
    "a type of several lines in front of an arrow": {
      script: "const f = (\n  a: number,\n): {\n  n: number;\n} => ({ n: a });\nreturn f(1);",
      json: { n: 1 },
    },
    "types without semicolons": {
      script:
        "type A = number\n;[1].forEach(() => {})\nlet a: A = 1\nlet b = a as number\n(function () { a = 5 })()\nreturn [a]",
      json: [5],
    },
    "import with equals": {
      script: 'import fs = require("node:fs");\nreturn [typeof fs.existsSync];',
      json: ["function"],
    },
    "export with equals": { script: "export = () => ['made'];", json: ["made"] },
    "accessor fields": { script: "class A { accessor n: number = 1; }\nreturn [new A().n];", json: [1] },
    "typed handlers": {
      script:
        "interface Req { method: string }\nexport default async function handle(req: Req, res: any): Promise<void> { res.json({ by: req.method }); }",
      json: { by: "GET" },
    },
    "top-level await and return with types": {
      script: "const n: number = await Promise.resolve<number>(1);\nreturn { n } as { n: number };",
      json: { n: 1 },
    },
    "an enum beside an import and a top-level return": {
      script:
        'import { join } from "node:path";\nenum E { A = "a" }\nreturn join(E.A, await Promise.resolve("b"));',
      text: "a/b",
    },
    "an enum beside module.exports": {
      script: "enum E { A = 'a' }\nmodule.exports = (req: { method: string }) => [E.A, req.method];",
      json: ["a", "GET"],
    },
  });
});

describe("JavaScript that TypeScript reads differently", () => {
  scriptRows({
    "comparisons that look like type arguments": {
      script: "const a = 1, b = 2, c = 0;\nreturn [a < b > (c)];",
      ending: "js",
      json: [true],
    },
    "an assertion in angle brackets": {
      script: "const v: unknown = 1;\nreturn [<number>v];",
      ending: "ts",
      json: [1],
    },
    "an import that no value uses is still loaded from .js": {
      script: 'import { absent } from "./absent.js";\nreturn 1;',
      ending: "js",
      status: 500,
      text: /absent/,
    },
    "an import that no value uses may be a type in .ts": {
      script: 'import { Absent } from "./absent.ts";\nconst v: Absent | 1 = 1;\nreturn v;',
      ending: "ts",
      text: "1",
    },
  });
});

describe("syntax that the engine lacks", () => {
  scriptRows({
    "a decorator in JavaScript": {
      script:
        "function tag(target) { target.tagged = true; }\n@tag class A {}\nmodule.exports = () => [A.tagged];",
      json: [true],
    },
    "accessor in JavaScript": { script: "class A { accessor n = 1; }\nreturn [new A().n];", json: [1] },
    "an at sign in a comment changes nothing": { script: "/* @tag */ return '@';", text: "@" },
  });
});

describe("files as editors and models leave them", () => {
  scriptRows({
    "a Markdown fence": { script: "```js\nreturn { a: 1 };\n```\n", json: { a: 1 } },
    "a Markdown fence with a language of TypeScript": {
      script: "```typescript\nconst a: number = 1;\nreturn { a };\n```",
      json: { a: 1 },
    },
    "a Markdown fence without a language": { script: "```\nreturn { a: 1 };\n```", json: { a: 1 } },
    "a shebang": { script: "#!/usr/bin/env bun\nreturn { a: 1 };", json: { a: 1 } },
    "a byte order mark": { script: "\uFEFFreturn { a: 1 };", json: { a: 1 } },
    "a byte order mark before a shebang": {
      script: "\uFEFF#!/usr/bin/env bun\nreturn { a: 1 };",
      json: { a: 1 },
    },
    "CRLF line ends": { script: "// first\r\nconst a = 1;\r\nreturn { a };\r\n", json: { a: 1 } },
    "CRLF inside a template is a line feed": { script: "return `a\r\nb`;", text: "a\nb" },
    '"use strict" is obeyed': {
      script: '"use strict";\nreturn [(function () { return this === undefined; })()];',
      json: [true],
    },
    "without it functions are sloppy": {
      script: "return [(function () { return this === undefined; })()];",
      json: [false],
    },
    '"use strict" and a redeclared name': {
      script: '"use strict";\nconst crypto = "own";\nreturn [crypto];',
      json: ["own"],
    },
    "a comment before every statement": {
      script: "/* a */ return /* b */ { a: 1 } /* c */ ; // d",
      json: { a: 1 },
    },
    "an HTML comment stays text": { script: "return '<!-- x -->';", text: "<!-- x -->" },
    "letters beyond ASCII": { script: "const größe = '✓';\nreturn größe;", text: "✓" },
    "strings that look like exports": {
      script: "return 'module.exports = 1; export default 2';",
      text: /export default 2/,
    },
  });
});

/** Every name that is injected (script-runtime.md §5), and globals of the runtime that scripts often shadow. */
const INJECTED = [
  ..."req res metadata shared console require module exports ws mainResult state z".split(" "),
  ..."crypto fs path $ Database ai openai model generateText streamText generateObject".split(" "),
  ..."Bun process Buffer fetch URL Response Request Headers performance setTimeout queueMicrotask".split(" "),
  ..."__dirname __filename global self".split(" "),
];

describe("every injected name may be declared again", () => {
  const row = (script: string): ScriptRow => ({ script, json: ["own"] });
  scriptRows(
    Object.fromEntries(
      INJECTED.flatMap((name) => [
        [`const ${name}`, row(`const ${name} = "own";\nreturn [${name}];`)],
        [`let ${name}`, row(`let ${name};\n${name} = "own";\nreturn [${name}];`)],
        [`var ${name}`, row(`var ${name} = "own";\nreturn [${name}];`)],
        [`function ${name}`, row(`return [${name}()];\nfunction ${name}() { return "own"; }`)],
        [`class ${name}`, row(`class ${name} { static own = "own"; }\nreturn [${name}.own];`)],
        [`import of ${name}`, row(`import { own as ${name} } from "./_lib/own.js";\nreturn [${name}];`)],
      ]),
    ),
    { "default/1/_lib/own.js": 'export const own = "own";' },
  );
});

describe("every injected name may be declared again beside a handler", () => {
  const handled = INJECTED.filter((name) => name !== "module" && name !== "exports");
  scriptRows(
    Object.fromEntries(
      handled.flatMap((name) => [
        [
          `const ${name} = require() and module.exports`,
          {
            script: `const ${name} = "own";\nmodule.exports = () => [${name}];`,
            json: ["own"],
          } satisfies ScriptRow,
        ],
        [
          `const ${name} and export default`,
          {
            script: `const ${name} = "own";\nexport default () => [${name}];`,
            json: ["own"],
          } satisfies ScriptRow,
        ],
      ]),
    ),
  );
});

test("the stored file is never rewritten", async () => {
  const source = "```ts\nimport { join } from 'node:path';\nmodule.exports = () => join('a', 'b');\n```\n";
  await using app = await scriptApp({});
  await app.write("kept.ts", source);
  expect((await app.ask("/kept")).text).toBe("a/b");
  expect(await Bun.file(`${app.scripts.path}/default/1/kept.ts`).text()).toBe(source);
});

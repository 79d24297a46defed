import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** What a script answers with guards, and without. */
async function bothAnswers(source: string, name = "a.js") {
  await using app = await scriptApp({
    [`default/1/guarded/${name}`]: source,
    [`default/1/plain/${name}`]: `// @loop-limit 0\n${source}`,
  });
  return { guarded: await app.ask("/guarded/a"), plain: await app.ask("/plain/a") };
}

const MEANINGS: readonly (readonly [what: string, source: string, answer: unknown])[] = [
  [
    "each round has a variable of its own",
    "const f = [];\nfor (let i = 0; i < 3; i++) f.push(() => i);\nreturn f.map((g) => g())",
    [0, 1, 2],
  ],
  [
    "var is shared",
    "const f = [];\nfor (var i = 0; i < 3; i++) f.push(() => i);\nreturn f.map((g) => g())",
    [3, 3, 3],
  ],
  [
    "continue goes on with the update",
    "const a = [];\nfor (let i = 0; i < 5; i++) { if (i % 2) continue; a.push(i) }\nreturn a",
    [0, 2, 4],
  ],
  [
    "labels",
    "const a = [];\nouter: for (const x of [1, 2, 3]) { for (const y of [1, 2, 3]) { if (y === 2) continue outer; if (x === 3) break outer; a.push([x, y]) } }\nreturn a",
    [
      [1, 1],
      [2, 1],
    ],
  ],
  [
    "a label within a body without braces",
    "let n = 0;\nwhile (n < 3) again: for (;;) { n++; break again }\nreturn [n]",
    [3],
  ],
  [
    "else belongs to its if",
    "const a = [];\nfor (const x of [0, 1]) if (x) a.push('yes'); else a.push('no');\nreturn a",
    ["no", "yes"],
  ],
  ["an else behind a loop", "let a = 0;\nif (false) while (a) a--; else a = 7;\nreturn [a]", [7]],
  ["do while without braces and semicolons", "let n = 0\ndo n++\nwhile (n < 4)\nreturn [n]", [4]],
  [
    "a loop that ends a line without a semicolon",
    "let n = 0\nwhile (n < 3) n++\n;[n].length\nreturn [n]",
    [3],
  ],
  ["a declaration as a body", "while (typeof a === 'undefined') var a = 5\nreturn [a]", [5]],
  ["for in", "const a = [];\nfor (const key in { x: 1, y: 2 }) a.push(key);\nreturn a", ["x", "y"]],
  [
    "destructuring heads",
    "let s = 0;\nfor (const [, { v = 2 }] of Object.entries({ a: {}, b: { v: 3 } })) s += v;\nreturn [s]",
    [5],
  ],
  [
    "a body that hides the counter",
    "const a = [];\nfor (let i = 0; i < 2; i++) { let i = 9; a.push(i) }\nreturn a",
    [9, 9],
  ],
  [
    "a counter that the body changes",
    "const a = [];\nfor (let i = 0; i < 9; i++) { i += 3; a.push(i) }\nreturn a",
    [3, 7, 11],
  ],
  [
    "a bigint counter",
    "let s = 0n;\nfor (let i = 0n; i < 5000n; i++) s += i;\nreturn { s: String(s) }",
    { s: "12497500" },
  ],
  ["many rounds", "let s = 0;\nfor (let i = 0; i < 100000; i++) s += i;\nreturn { s }", { s: 4999950000 }],
  [
    "finally and return inside",
    "const f = () => { for (;;) { try { return 1 } finally { f.done = true } } };\nreturn [f(), f.done]",
    [1, true],
  ],
  [
    "a generator",
    "function* g() { for (let i = 0; i < 3; i++) { const x = yield i; if (x) yield x } }\nconst it = g();\nreturn [it.next().value, it.next('x').value, it.next().value]",
    [0, "x", 1],
  ],
  [
    "for await",
    "async function* g() { for (const x of [1, 2]) yield x }\nconst a = [];\nfor await (const x of g()) a.push(x);\nreturn a",
    [1, 2],
  ],
  [
    "static blocks",
    "class A { static n = 0; static { for (const x of [1, 2]) this.n += x; } }\nreturn [A.n]",
    [3],
  ],
  [
    "strict functions",
    "function f() { 'use strict'; for (const x of [1]) { return this === undefined } }\nreturn [f()]",
    [true],
  ],
  [
    "arguments and length",
    "function f(a, b) { for (const x of arguments) return [f.length, x] }\nreturn f(7)",
    [2, 7],
  ],
  [
    "a function as text",
    "function f(a) { while (a) a--; for (;;) break; for (let i = 0; i < a; i++) a += i }\nreturn [f.toString(), String(() => { for (const x of []) x })]",
    [
      "function f(a) { while (a) a--; for (;;) break; for (let i = 0; i < a; i++) a += i }",
      "() => { for (const x of []) x }",
    ],
  ],
  [
    "a class as text",
    "class A { m() { while (1) break } }\nreturn [String(A)]",
    ["class A { m() { while (1) break } }"],
  ],
  [
    "the text of built-in functions",
    "return [Function.prototype.toString.toString().replace(/\\s+/g, ' '), Math.max.toString().replace(/\\s+/g, ' '), Function.prototype.toString.name, 'prototype' in Function.prototype.toString]",
    ["function toString() { [native code] }", "function max() { [native code] }", "toString", false],
  ],
  [
    "a function that is sent elsewhere as text",
    "const sum = (n) => { let s = 0; for (let i = 0; i < n; i++) s += i; return s };\nreturn [new Function('return ' + sum)()(2000)]",
    [1999000],
  ],
  [
    "import within a loop",
    "const a = [];\nfor (const name of ['node:path']) a.push(typeof (await import(name)).join);\nwhile (a.length < 2) a.push(typeof (await import('node:path')).join);\nreturn a",
    ["function", "function"],
  ],
  [
    "own names like those of the guards",
    "let $$tick0 = 3;\nconst $$loops = [];\nwhile ($$tick0) $$loops.push($$tick0--);\nreturn $$loops",
    [3, 2, 1],
  ],
  [
    "names on the global object",
    "globalThis.$$loops = 1;\nglobalThis.n = 0;\nfor (let i = 0; i < 200; i++) n += String(i).length;\nreturn [n]",
    [490],
  ],
  [
    "with",
    "const o = { a: 1, b: 0 };\nwith (o) { while (a < 300) { a++; b += a } }\nreturn [o.a, o.b]",
    [300, 45149],
  ],
];

describe("a guard changes nothing but an endless loop: ", () => {
  test.each(MEANINGS)("%s", async (_what, source, answer) => {
    const { guarded, plain } = await bothAnswers(source);
    expect(plain.json).toEqual(answer);
    expect(guarded.json).toEqual(answer);
  });

  test("in TypeScript, with types where guards stand", async () => {
    const source = `const rows: Array<{ n?: number }> = [{ n: 1 }, {}];
let sum = 0 as number;
for (const { n = 2 } of rows as readonly { n?: number }[]) <any>(sum += n!);
enum Step { One = 1 }
let at: Step | number = Step.One;
do at = (at + 1) as number; while (at < 4)
return { sum, at };`;
    const { guarded, plain } = await bothAnswers(source, "a.ts");
    expect(plain.json).toEqual({ sum: 3, at: 4 });
    expect(guarded.json).toEqual({ sum: 3, at: 4 });
  });

  test.each([
    [
      "behind a guard on its line",
      "let n = 0; while (true) { n++; if (n > 2) throw new Error('x'); }",
      1,
      53,
    ],
    ["behind two of them", "for (const a of [1]) for (const b of [2]) { null.x; }", 1, 50],
    ["behind braces that were added", "let n = 0; while (n < 2) n++; throw new Error('x');", 1, 41],
    [
      "in a function's first line",
      "function f() { for (const a of [1]) { throw new Error('x'); } }\nf();",
      1,
      49,
    ],
    ["before any guard", "null.x; for (;;) break;", 1, 6],
    ["in a later line", "for (const a of [1]) {\n  throw new Error('x');\n}", 2, 13],
  ])("the place of an error %s is the author's", async (_what, source, line, column) => {
    await using app = await scriptApp({ "default/1/a.js": source });
    const { json } = await app.ask("/a", { headers: { accept: "application/json" } });
    expect(json.details).toMatchObject({ line, column });
  });
});

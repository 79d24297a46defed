import { describe } from "bun:test";
import { scriptRows } from "../../support/script-rows.ts";

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

import { describe, expect, test } from "bun:test";
import { parseScript } from "../../../src/compiler/parse.ts";
import { applyEdits } from "../../../src/compiler/source-text.ts";
import { stripTypes } from "../../../src/compiler/strip-types.ts";

/** The file without its types; null when that is not enough. */
function strip(source: string): string | null {
  const edits = stripTypes(parseScript(source, "a.ts").program, source);
  return edits === null ? null : applyEdits(source, edits);
}

const KEPT: readonly (readonly [what: string, source: string, value: unknown])[] = [
  ["annotations", "const f = (a: number, b?: string): number => a; return f(7)", 7],
  ["generics", "function f<T extends object = {}>(x: T): T { return x } return f<{ a: 1 }>({ a: 1 }).a", 1],
  ["as, satisfies and !", "const x = { a: 1 } as const satisfies object; return x!.a as number", 1],
  ["old assertions", "return <number>(<unknown>7)", 7],
  ["interfaces and aliases", "interface A { b: 1 }\ntype B = A & { c: 2 }\nreturn 3", 3],
  ["declare", "declare const gone: number;\ndeclare function f(): void;\nreturn typeof gone", "undefined"],
  [
    "overloads",
    "function f(a: string): 1;\nfunction f(a: number): 2;\nfunction f(a: unknown) { return a }\nreturn f(2)",
    2,
  ],
  [
    "class members",
    "class A { private readonly a: number = 1; declare b: 2; static c?: 3; d!: 4; [k: string]: unknown; get e(): number { return 5 } } return new A().e",
    5,
  ],
  [
    "abstract classes",
    "abstract class A { abstract f(): void; g() { return 1 } } class B extends A { override f() {} } return new B().g()",
    1,
  ],
  [
    "implements",
    "interface I {} class A<T> implements I, Iterable<T> { *[Symbol.iterator]() { yield 1 as T } } return [...new A()].length",
    1,
  ],
  [
    "a this parameter",
    "function f(this: { a: number }, b: number) { return this.a + b } return f.call({ a: 1 }, 2)",
    3,
  ],
  ["import type", 'import type { A } from "./a.ts";\nreturn 1', 1],
  ["type predicates", "const is = (x: unknown): x is string => typeof x === 'string'; return is('a')", true],
  [
    "a type between statements without semicolons",
    "const a = 1\ntype X = number\n;[1].map(String)\nreturn a",
    1,
  ],
  [
    "an arrow whose return type spans lines",
    "const f = (): {\n  a: number\n} => ({ a: 1 })\nreturn f().a",
    1,
  ],
  ["arrows of type parameters", "const f = <T,>(x: T) => x; return f(3)", 3],
  ["definite assignment", "let a!: number; a = 2; return a", 2],
  ["optional chaining beside types", "const o: { a?: { b: 1 } } = {}; return o.a?.b ?? 9", 9],
  ["types in template literals", "const x: string = `a$" + "{1 as number}b`; return x", "a1b"],
  [
    "casts of parentheses",
    "const o: any = null; return ((o ?? 'a') as string) + ('b')! + (<any>('c'))",
    "abc",
  ],
  ["casts in casts", "return ((((1) as any) as unknown)! satisfies unknown) as /* as */ number", 1],
  [
    "accessors and modifiers in order",
    "class A { public static async *f(): AsyncGenerator<number> { yield 1 } } return typeof A.f",
    "function",
  ],
];

describe("stripTypes", () => {
  test.each(KEPT)("blanks %s; what is left runs", (_what, source, value) => {
    const stripped = strip(source);
    expect(stripped).not.toBeNull();
    const body = (stripped ?? "").replace(/^\s*import .*$/m, "");
    expect(new Function(body)()).toBe(value as never);
  });

  test.each(KEPT)("keeps length and line breaks: %s", (_what, source) => {
    const stripped = strip(source) ?? "";
    expect(stripped.length).toBe(source.length);
    expect(stripped.split("\n").map((line) => line.length)).toEqual(
      source.split("\n").map((line) => line.length),
    );
  });

  test.each([
    ["enum", "enum A { B }"],
    ["const enum", "const enum A { B }"],
    ["namespace", "namespace A { export const b = 1 }"],
    ["a parameter property", "class A { constructor(private b: number) {} }"],
    ["a decorator", "@d class A {}"],
    ["a decorator of a member", "class A { @d f() {} }"],
    ["import =", 'import a = require("a")'],
    ["an enum deep inside", "function f() { if (1) { enum A { B } } }"],
  ])("leaves %s to the transformer", (_what, source) => {
    expect(strip(source)).toBeNull();
  });

  test.each(["declare enum A { B }", "declare namespace A { const b: 1 }", "declare module 'x' {}"])(
    "%s needs no code",
    (source) => {
      expect(strip(source)?.trim().replaceAll(";", "")).toBe("");
    },
  );

  test("JavaScript stays as it is", () => {
    const source = "const a = b ? c : d; label: for (;;) break label; a < b || c > (d)";
    expect(strip(source)).toBe(source);
  });
});

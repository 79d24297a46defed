import { describe, expect, test } from "bun:test";
import { withoutGuards } from "../../../src/compiler/loop-guards.ts";
import { prepareScript } from "../../../src/compiler/prepare.ts";

const guarded = (source: string, file = "a.js") => prepareScript(source, file, { guarded: true });
const guardCount = (source: string) => guarded(source).guards?.loops.length ?? 0;

describe("a loop has a guard", () => {
  test.each([
    "for (;;);",
    "while (a) a--",
    "do a--; while (a)",
    "for (const b in a) b",
    "for (const b of a) b",
    "for await (const b of a) b",
    "for (let i = 0; i < a.length; i++) a[i]",
    "for (let i = 0; i < 1e6; i++) a",
    "for (let i = 0; i < 3; i++) a(i)",
    "for (let i = 0; i < 3; i++) i--",
    "for (let i = 0; i < 3; i++) [i] = [0]",
    "for (let i = 0; i < 3; i--) a",
    "for (var i = 0; i < 3; i++) a",
    "for (let i = a; i < 3; i++) a",
  ])("%s", (source) => {
    expect(guardCount(source)).toBe(1);
  });

  test("in every kind of function, each with variables of its own", () => {
    const source = `for (;;) break;
const f = () => { for (;;) break; };
class A { static { for (;;) break; } m() { "use strict"; for (;;) break; } get g() { for (;;) break; } x = () => { for (;;) break; } }`;
    const { body, guards } = guarded(source);
    expect(guards?.loops).toHaveLength(6);
    expect(body.match(/let \$\$run\d+=0/g)).toHaveLength(5);
    expect(guards?.topLevel).toBe(
      "let $$run0=0,$$tick0=$$ticks[0]+$$ticks[1],$$left0=0,$$size0=$$ticks[1]?0:4;",
    );
    expect(body).toMatch(/"use strict"; let/);
  });
});

describe("a loop needs none", () => {
  test.each([
    ["that counts to a small number and calls nothing", "for (let i = 0; i < 3; i++) a += i"],
    ["with another such inside", "for (let i = 0; i <= 9; i++) for (let j = 0; j < 9; j++) a += i * j"],
    ["within with, whose object could answer for the guard's names", "with (a) { for (;;) b }"],
  ])("%s", (_what, source) => {
    expect(guardCount(source)).toBe(0);
  });

  test("but five times a hundred rounds are no small number", () => {
    const nest = ["i", "j", "k", "l", "m"].map((n) => `for (let ${n} = 0; ${n} < 100; ${n}++)`).join(" ");
    expect(guardCount(`${nest} a += i`)).toBe(3);
  });
});

describe("guardLoops", () => {
  test("knows the place of each loop, also through a source map", () => {
    const places = (source: string, file: string) =>
      guarded(source, file).guards?.loops.map(({ place }) => place.line);
    expect(places("a;\n  for (\n;;)\nb;\nwhile (1) b;", "a.js")).toEqual([2, 5]);
    expect(places("enum A { B }\n\n\nwhile (1) A.B;", "a.ts")).toEqual([4]);
  });

  test("takes other names where the author uses such names, escaped ones too", () => {
    expect(guarded("let $$tick0; for (;;) b").guards?.sites).toBe("$$_loops");
    expect(guarded("let \\u0024$run1; for (;;) b").guards?.sites).toBe("$$_loops");
    expect(guarded("for (;;) b").guards?.sites).toBe("$$loops");
  });

  test("is undone to the letter for the text of a function", () => {
    const source = `function f(a) { while (a) a--; if (a) for (;;); else do { a() } while (1) }
const g = function () { "use strict"; for (let i = 0; i < a.length; i++) a[i]; for (const b of c) { d: for (;;) break d } };`;
    expect(guarded(source).body).not.toBe(source);
    expect(withoutGuards(guarded(source).body)).toBe(source);
    expect(withoutGuards("function f() {}")).toBe("function f() {}");
  });

  test("takes no longer for loops within loops than for loops side by side", () => {
    const nested = (depth: number) => `${"for (let i = 0; i < 1; i++) ".repeat(depth)};`;
    const sinceMs = performance.now();
    expect(guardCount(nested(400))).toBeGreaterThan(300);
    expect(performance.now() - sinceMs).toBeLessThan(2_000);
  });
});

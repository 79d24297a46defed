// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources under test hold templates
import { describe, expect, test } from "bun:test";
import { parseScript } from "../../../src/compiler/parse.ts";
import { walkScopes } from "../../../src/compiler/scopes.ts";

/** Names that no scope declares, in order of first use; `!` marks one that is also written. */
function freeNames(source: string, file = "default/1/a.ts"): string[] {
  const free = new Map<string, boolean>();
  walkScopes(parseScript(source, file).program, {
    reference({ name, binding, written }) {
      if (binding === null) free.set(name, written || free.get(name) === true);
    },
  });
  return [...free].map(([name, written]) => (written ? `${name}!` : name));
}

/** What a name is bound to where it is used as `use(name)`. */
function bindingOf(source: string): string | null {
  let found: string | null = "not used";
  walkScopes(parseScript(source, "default/1/a.ts").program, {
    reference({ name, binding, ancestors }) {
      const parent = ancestors.at(-1);
      if (parent?.type === "CallExpression" && name !== "use" && name !== "require") found = binding;
    },
  });
  return found;
}

describe("names that are free", () => {
  test.each<[string, string, string[]]>([
    ["a name nobody declares", "a", ["a"]],
    ["an assignment", "a = 1", ["a!"]],
    ["an update", "a++", ["a!"]],
    ["a deletion", "delete a", ["a!"]],
    ["a target of a pattern", "[a, { b: c, ...d }] = [e]", ["a!", "c!", "d!", "e"]],
    ["a target with a default", "[a = b] = []", ["a!", "b"]],
    [
      "a loop variable without a declaration",
      "for (a of b) c; for (d in e) f",
      ["a!", "b", "c", "d!", "e", "f"],
    ],
    ["a written member is a read name", "a.b = 1; a[c] = 2", ["a", "c"]],
    ["a default of a parameter", "function f(x = a, { y = b } = c) { return x + y }", ["a", "b", "c"]],
    ["a computed key of a pattern", "const { [a]: b } = c; b", ["a", "c"]],
    ["a superclass", "class A extends b {}", ["b"]],
    ["a computed member of a class", "class A { [a]() {} static [b] = c; d = e }", ["a", "b", "c", "e"]],
    ["a static block", "class A { static { var x = a; x } }", ["a"]],
    ["shorthand", "({ a, b: c, [d]: 1 })", ["a", "c", "d"]],
    ["a template and its tag", "a`${b}`", ["a", "b"]],
    ["an exported name", "export { a }", ["a"]],
    ["a use before a block's own", "{ let a } a", ["a"]],
    ["a name of a catch clause outside of it", "try {} catch (a) { a } a", ["a"]],
    ["a class expression's name outside of it", "const B = class A { m() { return A } }; A", ["A"]],
    ["a function expression's name outside of it", "(function a() { a }); a", ["a"]],
    ["arguments at the top level", "arguments", ["arguments"]],
    ["typeof", "typeof a", ["a"]],
    ["names behind assertions", "(a as any).b = c!; (d as any) = 1", ["a", "c", "d!"]],
  ])("%s", (_name, source, names) => {
    expect(freeNames(source)).toEqual(names);
  });
});

describe("names that are not free", () => {
  test.each<[string, string]>([
    ["a var, wherever it stands", "a; if (1) { for (;;) { var a } }"],
    ["a function, before it stands there", "a(); function a() {}"],
    ["a function in a block, after it (Annex B)", "{ function a() {} } a()"],
    ["let, const and class", "let a; const b = 1; class C {} a; b; C"],
    ["names of patterns", "const { a, b: [c, ...d], ...e } = {}; a; c; d; e"],
    ["parameters, also in patterns and rests", "((a, { b }, [c] = [], ...d) => [a, b, c, d])()"],
    ["arguments in a function", "(function () { return () => arguments })()"],
    ["a loop's own variable", "for (let a = 0; a < 1; a++) a; for (const b of []) b"],
    ["a switch's own names", "switch (1) { case 1: let a; break; default: a }"],
    ["a caught value", "try {} catch ({ message }) { message }"],
    ["an imported name", "import a, { b as c } from './x'; import * as d from './y'; a; c; d"],
    [
      "members, keys and labels",
      "const o = {}; o.a; ({ b: 1, c() {}, get d() { return 1 } }); e: for (;;) break e",
    ],
    ["members of classes", "class A { b = 1; #c; d() { return this.#c } static e }"],
    ["import.meta and new.target", "import.meta; function f() { new.target }"],
    ["an export of another module", "export { a as b } from './x'; export * as c from './y'"],
    ["a var of a static block stays there", "class A { static { var a; a } }"],
  ])("%s", (_name, source) => {
    expect(freeNames(source)).toEqual([]);
  });

  test("nothing that exists for types alone", () => {
    const source = `
      import type { T } from "./t"; import { type U } from "./u";
      interface A extends B { c: D } type E<F> = F | G; declare const h: I; declare function j(k: L): M;
      function n(this: O, p: Q): p is R { return true }
      const s = <V,>(t: V): W => t as unknown as X; s satisfies Y;
      abstract class Z implements B { abstract aa: BB; private cc?: DD }`;
    expect(freeNames(source)).toEqual([]);
  });
});

describe("what a name is bound to", () => {
  test.each<[string, string | null, string]>([
    ["use(a)", null, "nothing"],
    ["const a = 1; use(a)", "local", "a declaration"],
    ["import a from './x'; use(a)", "import", "a module of the scripts"],
    ["import a from 'node:fs'; use(a)", "builtin", "a module of the runtime"],
    ["import { a } from 'fs'; use(a)", "builtin", "a name of one"],
    ["const a = require('fs'); use(a)", "builtin", "a required one"],
    ["const { a } = require('node:fs').promises; use(a)", "builtin", "a member of a required one"],
    ["const a = await import('bun:sqlite'); use(a)", "builtin", "a dynamically imported one"],
    ["const a = require(name); use(a)", "builtin", "one that is not known, to be on the safe side"],
    ["const a = require('./x'); use(a)", "local", "a required helper"],
    ["import a from 'node:fs'; { let a; use(a) }", "local", "what hides it"],
    ["let a; { import('x'); const f = (a) => use(a) }", "local", "a parameter"],
  ])("%s → %s (%s)", (source, binding) => {
    expect(bindingOf(source)).toBe(binding);
  });
});

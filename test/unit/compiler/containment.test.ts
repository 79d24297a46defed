import { describe, expect, test } from "bun:test";
import type { Containment } from "../../../src/compiler/containment.ts";
import { prepareScript } from "../../../src/compiler/prepare.ts";

const verdict = (source: string): Containment => prepareScript(source, "default/1/a.ts").containment;

describe("runs in the shared realm", () => {
  test.each<[string, string]>([
    ["what scripts do most", "return { hello: 'world' }"],
    [
      "reading the request",
      "const { name = 'x' } = req.body ?? {}; res.status(201).json({ name, q: metadata.query.q })",
    ],
    [
      "calling built-ins",
      "return Object.keys(JSON.parse('{}')).map(Number).filter(Boolean).concat(Math.max(1, 2))",
    ],
    ["constructing built-ins", "return new Map([[new Date(), new URL('http://a/')]])"],
    ["comparing with built-ins", "return req instanceof Object && typeof Map === 'function'"],
    [
      "extending built-ins",
      "class NotFound extends Error { constructor(m) { super(m); this.name = 'NotFound' } } throw new NotFound('a')",
    ],
    [
      "fields of subclasses",
      "class A extends Error { name = 'A'; #flags = 1; static flags = 2; [Symbol.toStringTag] = 'A' } return new A()",
    ],
    ["this in methods", "return { n: 1, get() { return this.n } }.get()"],
    ["members of its own objects", "const o = {}; o.a = 1; o.b ??= 2; delete o.a; return o"],
    [
      "replacing what an execution was given",
      "res = null; console = null; shared.count = 1; module.exports = 1",
    ],
    ["members of console", "console.log = () => {}"],
    ["taking members of built-ins", "const { max, PI } = Math; return max(PI, 1)"],
    ["a constructor's name", "return req.constructor.name"],
    ["borrowing a method", "return Array.prototype.slice.call([1])"],
    ["reading the environment", "const { A } = process.env; return process.env.B + process.cwd()"],
    [
      "built-in modules",
      "import { join } from 'node:path'; const fs = require('fs'); return join(fs.sep, 'a')",
    ],
    ["types", "const a: Map<string, Array<typeof globalThis>> = new Map(); return a as unknown as Function"],
  ])("%s", (_name, source) => {
    expect(verdict(source)).toMatchObject({ kind: "contained" });
  });
});

describe("may reach the slots that stay writable", () => {
  test.each<[boolean, string]>([
    [false, "return [1, 2].map((x) => x + 1)"],
    [false, "const o = { a: 1 }; o.a = 2; return o['a']"],
    [true, "const o = {}; o[req.path] = 1"],
    [true, "return Object.assign({}, req.body)"],
    [true, "return Reflect.ownKeys({})"],
    [true, "import { a } from './helper'; return a"],
    [true, "return require('./helper')"],
    [true, "const { [req.path]: a } = {}; return a"],
  ])("%p: %s", (reachesSlots, source) => {
    expect(verdict(source)).toEqual({ kind: "contained", reachesSlots });
  });
});

describe("gets a global object of its own for each request", () => {
  test.each<[string, string, string[]]>([
    ["a member of the global object", "globalThis.a = 1; return globalThis.a", []],
    ["the same behind a type", "(globalThis as any).a = 1", []],
    ["a lazily set member", "globalThis.cache ??= new Map(); return cache.size", []],
    ["a name without a declaration", "a = 1; return a", ["a"]],
    ["several, in patterns and loops", "[a, b] = [1, 2]; for (c of []);", ["a", "b", "c"]],
    ["a name of the runtime", "fetch = () => 1", ["fetch"]],
    ["asking for a member", "return 'a' in globalThis", []],
  ])("%s", (_name, source, implicitNames) => {
    expect(verdict(source)).toEqual({ kind: "own-global", reachesSlots: true, implicitNames });
  });
});

describe("takes a fresh context", () => {
  test.each<[string, string]>([
    ["Array.prototype.last = 1", "reaches for prototype"],
    ["Object.assign = 1", "writes to a member of Object"],
    ["Math.random = () => 1", "writes to a member of Math"],
    ["delete Array.from", "writes to a member of Array"],
    ["const p = Array.prototype; p.a = 1", "reaches for prototype"],
    ["req.__proto__.a = 1", "reaches for __proto__"],
    ["req['__proto__'].a = 1", "reaches for __proto__"],
    ["(() => {}).constructor('a')", "reaches for constructor"],
    ["const { constructor } = () => {}; constructor('a')", "takes constructor out of an object"],
    ["const { isFrozen } = Object; isFrozen([])", "takes isFrozen out of an object"],
    ["Object.getPrototypeOf([]).a = 1", "calls getPrototypeOf"],
    ["Object.isFrozen(Math)", "calls isFrozen"],
    ["eval('a')", "uses eval"],
    ["(0, eval)('a')", "uses eval"],
    ["Function('a')()", "uses Function"],
    ["with ({}) {}", "uses with"],
    ["this.a = 1", "uses this outside of a method"],
    ["function f() { this.a = 1 }", "uses this outside of a method"],
    ["globalThis = 1", "assigns globalThis"],
    ["delete globalThis.Map", "deletes a member of globalThis"],
    ["delete fetch", "deletes fetch"],
    ["globalThis.Math.a = 1", "writes below a member of globalThis"],
    ["const g = globalThis; g.a = 1", "hands globalThis on, or a computed member of it"],
    ["Object.keys(globalThis)", "hands globalThis on, or a computed member of it"],
    ["globalThis[req.path] = 1", "hands globalThis on, or a computed member of it"],
    ["globalThis.hasOwnProperty('a')", "uses globalThis.hasOwnProperty"],
    ["global.globalThis.a", "uses global.globalThis"],
    ["typeof a === 'undefined' ? (a = 1) : a++", "asks whether a is defined and sets it"],
    ["a = 1; globalThis.a++", "sets a both as a name and as a member of the global object"],
    ["'use strict'; a = 1", "sets a, which strict code may not"],
    ["const M = Math; M.a = 1", "hands Math on as a value"],
    ["const all = [Map, Set]", "hands Map on as a value"],
    ["const e = process.env; e.A = 1", "hands process on"],
    ["process.env.A = 1", "writes to a member of process"],
    ["process.on('exit', f)", "hands process on"],
    ["return RegExp.$1", "reads what RegExp remembers of the last match"],
    ["const a = []; a.push = () => 1", "assigns a member named push"],
    ["const f = () => 1; f.call = 1", "assigns a member named call"],
    ["import fs from 'fs'; fs.readFile = 1", "writes to a member of the built-in module fs"],
    ["require('fs').readFile = 1", "writes to a member of a module"],
    ["(await import('fs')).default.readFile = 1", "writes to a member of a module"],
    ["require(req.path)", "computes the name of a module"],
    ["require('vm')", "loads vm"],
    ["import 'node:worker_threads'", "loads node:worker_threads"],
    ["class A extends B { [k] = 1 }", "computes the name of a field of a subclass"],
    ["class A extends B { flags = 1 }", "has a subclass with a field named flags"],
    ["$$link", "uses the reserved name $$link"],
  ])("%s, because it %s", (source, reason) => {
    expect(verdict(source)).toEqual({ kind: "fresh", reason });
  });
});

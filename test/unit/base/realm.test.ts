import { describe, expect, test } from "bun:test";
import vm from "node:vm";
import {
  isAsyncIterable,
  isBytes,
  isError,
  isIterator,
  isObject,
  isPromiseLike,
  isRecord,
} from "../../../src/base/realm.ts";

const context = vm.createContext({});
const questions = { isError, isPromiseLike, isBytes, isAsyncIterable, isIterator, isObject, isRecord };

/** Code → the questions that are answered with yes; everything else is no. */
const ROWS: readonly (readonly [code: string, yes: readonly (keyof typeof questions)[]])[] = [
  ["null", []],
  ["undefined", []],
  ["7", []],
  ["'text'", []],
  ["Symbol.iterator", []],
  ["(() => 1)", []],
  ["({})", ["isObject", "isRecord"]],
  ["Object.create(null)", ["isObject", "isRecord"]],
  ["[]", ["isObject"]],
  ["new Error('x')", ["isError", "isObject", "isRecord"]],
  ["new (class Own extends TypeError {})('x')", ["isError", "isObject", "isRecord"]],
  ["({ name: 'Error', message: 'x', stack: '' })", ["isObject", "isRecord"]],
  ["Promise.resolve(1)", ["isPromiseLike", "isObject", "isRecord"]],
  ["({ then() {} })", ["isPromiseLike", "isObject", "isRecord"]],
  ["({ then: true })", ["isObject", "isRecord"]],
  ["new Uint8Array(2)", ["isBytes", "isObject", "isRecord"]],
  ["new DataView(new ArrayBuffer(2))", ["isBytes", "isObject", "isRecord"]],
  ["new ArrayBuffer(2)", ["isBytes", "isObject", "isRecord"]],
  ["(async function* () {})()", ["isAsyncIterable", "isObject", "isRecord"]],
  ["(function* () {})()", ["isIterator", "isObject", "isRecord"]],
  ["[].values()", ["isIterator", "isObject", "isRecord"]],
  ["new Map()", ["isObject", "isRecord"]],
];

describe.each(["this realm", "another realm"])("values of %s", (realm) => {
  test.each(ROWS)("%s", (code, yes) => {
    const value = realm === "this realm" ? vm.runInThisContext(code) : vm.runInContext(code, context);
    const answered = Object.entries(questions).flatMap(([name, ask]) => (ask(value) ? [name] : []));
    expect(answered.sort()).toEqual([...yes].sort());
  });
});

test("a function with then can be awaited", () => {
  expect(isPromiseLike(Object.assign(() => 1, { then() {} }))).toBe(true);
});

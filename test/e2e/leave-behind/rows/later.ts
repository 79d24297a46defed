import type { LeaveBehindRow } from "../row.ts";

/** Tries that go on, or begin, after the request was answered. */
export const LATER: readonly LeaveBehindRow[] = [
  {
    name: "a timer that sets a global",
    leave: "setTimeout(() => { globalThis.left = 1 }, 0)",
    look: "typeof globalThis.left",
  },
  { name: "a timer that sets a name", leave: "setTimeout(() => { left = 1 }, 0)", look: "typeof left" },
  {
    name: "an interval that changes a prototype",
    leave: "const timer = setInterval(() => { try { []['__pro' + 'to__'].left = 1 } catch {} }, 1)",
    look: "[].left ?? null",
  },
  {
    name: "an interval that tampers with arrays for as long as it runs",
    leave:
      "setInterval(() => { try { []['__pro' + 'to__'][Symbol.iterator] = () => [9].values() } catch {} }, 0)",
    look: "[...[1]]",
  },
  {
    name: "an immediate",
    leave: "setImmediate(() => { globalThis.left = 1 })",
    look: "typeof globalThis.left",
  },
  {
    name: "a microtask after the answer",
    leave: "queueMicrotask(() => { globalThis.left = 1 })",
    look: "typeof globalThis.left",
  },
  { name: "nextTick", leave: "process.nextTick(() => { left = 1 })", look: "typeof left" },
  {
    name: "a promise nobody awaits",
    leave: "Bun.sleep(1).then(() => { globalThis.left = 1 })",
    look: "typeof globalThis.left",
  },
  {
    name: "a promise that tampers with arrays later",
    leave: "Bun.sleep(1).then(() => { try { []['__pro' + 'to__'].constructor = 'left' } catch {} })",
    look: "String([].constructor === Array)",
  },
  {
    name: "an async function that goes on",
    leave: "(async () => { await null; await Bun.sleep(1); left = 1 })()",
    look: "typeof left",
  },
  {
    name: "a write after an await",
    leave: "await Bun.sleep(1); globalThis.left = 1",
    look: "typeof globalThis.left",
    seen: "number",
  },
  { name: "a name after an await", leave: "await null; left = 1", look: "typeof left", seen: "number" },
  {
    name: "a prototype after an await",
    leave: "await null; Array.prototype.left = 1",
    look: "[].left",
    seen: 1,
  },
  {
    name: "tampering between two awaits",
    leave:
      "const p = []['__pro' + 'to__']; const kept = p[Symbol.iterator]; await null; try { p[Symbol.iterator] = () => [9].values() } catch {} await Bun.sleep(2)",
    look: "[...[1]]",
    seen: [9],
  },
  {
    name: "a rejected promise",
    leave: "Promise.reject(new Error('left')).catch(() => { globalThis.left = 1 })",
    look: "typeof globalThis.left",
  },
  {
    name: "a generator that goes on",
    leave:
      "const steps = (function* () { yield; left = 1 })(); steps.next(); setTimeout(() => steps.next(), 0)",
    look: "typeof left",
  },
  {
    name: "an abort listener",
    leave: "req.signal.addEventListener('abort', () => { globalThis.left = 1 })",
    look: "typeof globalThis.left",
  },
  {
    name: "a getter that is read while the answer is written",
    leave: "if (metadata.path === '/leave') return { get x() { globalThis.left = 1; return 1 } }",
    look: "typeof globalThis.left",
  },
  {
    name: "toJSON that tampers while the answer is written",
    leave:
      "if (metadata.path === '/leave') return { toJSON() { try { []['__pro' + 'to__'].left = 1; []['__pro' + 'to__'][Symbol.iterator] = () => [9].values() } catch {} return 1 } }",
    look: "[[].left ?? 0, ...[1]]",
  },
  {
    name: "a stream that goes on",
    leave: "if (metadata.path === '/leave') return (async function* () { yield 'a'; left = 1; yield 'b' })()",
    look: "typeof left",
  },
  {
    name: "a finalizer",
    leave: "new FinalizationRegistry(() => { globalThis.left = 1 }).register({}, 0)",
    look: "typeof globalThis.left",
  },
  {
    name: "a helper module's global, which only helper modules see",
    leave: "require('./_helper')",
    look: "typeof globalThis.left",
    files: { "_helper.js": "globalThis.left = 1; Array.prototype.left = 1; exports.n = 1" },
  },
];

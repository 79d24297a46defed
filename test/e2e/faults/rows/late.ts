import { AT_LINE_1, type FaultRow } from "../row.ts";

/** Mistakes that come to light when the request has been answered already. */
export const LATE: readonly FaultRow[] = [
  {
    name: "a promise that nobody awaits is rejected",
    script: 'Promise.reject(new Error("nobody waits")); return "ok"',
    text: "ok",
    log: { ...AT_LINE_1, msg: "Unhandled rejection", message: "nobody waits" },
  },
  {
    name: "a rejection comes later",
    script: '(async () => { await Bun.sleep(1); throw new Error("later") })(); return "ok"',
    text: "ok",
    log: { ...AT_LINE_1, msg: "Unhandled rejection", message: "later" },
  },
  {
    name: "a rejection has no reason: the log says which deployments were called last",
    script: "Promise.reject(); return 1",
    log: { level: 50, script: null, message: "undefined", latest: ["default/1", "default/2"] },
  },
  {
    name: "the reason of a rejection throws whatever is asked of it",
    script: `const trap = () => { throw new Error("trap") };
Promise.reject(new Proxy({}, new Proxy({}, { get: () => trap }))); return 1`,
    log: { level: 50, script: null, msg: "Unhandled rejection", latest: ["default/1", "default/2"] },
  },
  {
    name: "a timeout throws",
    script: 'setTimeout(() => { throw new Error("timeout") }, 1); return 1',
    log: { ...AT_LINE_1, message: "timeout" },
  },
  {
    name: "an async timeout throws",
    script: 'setTimeout(async () => { await null; throw new Error("async timeout") }, 1); return 1',
    log: { ...AT_LINE_1, message: "async timeout" },
  },
  {
    name: "an interval throws",
    script: 'const t = setInterval(() => { clearInterval(t); throw new Error("interval") }, 1); return 1',
    log: { ...AT_LINE_1, message: "interval" },
  },
  {
    name: "an immediate throws",
    script: 'setImmediate(() => { throw new Error("immediate") }); return 1',
    log: { ...AT_LINE_1, message: "immediate" },
  },
  {
    name: "a microtask throws",
    script: 'queueMicrotask(() => { throw new Error("microtask") }); return 1',
    log: { ...AT_LINE_1, message: "microtask" },
  },
  {
    name: "process.nextTick throws",
    script: 'process.nextTick(() => { throw new Error("tick") }); return 1',
    log: { ...AT_LINE_1, message: "tick" },
  },
  {
    name: "a timer of node:timers throws",
    script: 'require("node:timers").setTimeout(() => { throw new Error("node timer") }, 1); return 1',
    log: { ...AT_LINE_1, message: "node timer" },
  },
  {
    name: "an emitter has an error and nobody listens",
    script: `const e = new (require("events").EventEmitter)();
setTimeout(() => e.emit("error", new Error("emitted")), 1); return 1`,
    log: { level: 50, message: "emitted" },
  },
  {
    name: "a file stream has an error and nobody listens",
    script: 'fs.createReadStream("/no/such/file"); return 1',
    log: { level: 50, script: null, message: /ENOENT/, latest: ["default/1", "default/2"] },
  },
  {
    name: "a connection is refused and nobody listens",
    script: 'require("net").connect(1, "127.0.0.1"); return 1',
    log: { level: 50, script: null, message: /ECONNREFUSED/, latest: ["default/1", "default/2"] },
  },
  {
    name: "a listener of an AbortSignal throws",
    script:
      'const c = new AbortController(); c.signal.addEventListener("abort", () => { throw new Error("listener") }); c.abort(); return 1',
    log: { ...AT_LINE_1, message: "listener" },
  },
  {
    name: "a helper's timer throws: the log names the helper",
    script: 'require("./_late-helper.ts"); return 1',
    files: { "_late-helper.ts": '\nsetTimeout(() => { throw new Error("in helper") }, 1);' },
    isLoggedOnce: true,
    log: { level: 50, message: "in helper", script: "default/1/_late-helper.ts", line: 2 },
  },
  {
    name: "a script goes on after its @timeout and throws",
    script: '// @timeout 20ms\nawait Bun.sleep(60);\nthrow new Error("too late")',
    status: 504,
    log: { level: 40, msg: "Request failed" },
  },
];

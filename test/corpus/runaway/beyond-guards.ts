/** One script that no guard can end, or that ends by itself while it takes too much of everything. */
export interface BeyondGuards {
  readonly name: string;
  /** Text of the script that is called. */
  readonly source: string;
  /**
   * `failed`: the caller is told. `replaced`: the server is. `finished`: the script comes to its end. Several where
   * it depends on the machine.
   */
  readonly ends: readonly End[];
  /** Whether the log has something to say although the script finished. */
  readonly isLogged?: boolean;
}

export type End = "failed" | "replaced" | "finished";

const rowOf =
  (...ends: readonly End[]) =>
  (name: string, source: string): BeyondGuards => ({ name, source, ends });
const failed = rowOf("failed");
const replaced = rowOf("replaced");
const finished = rowOf("finished");
/** Memory that a slow machine needs more than `--stall-timeout` or `--loop-limit` for. */
const anyhow = rowOf("finished", "failed", "replaced");

/** Tries some 10^19 ways. On the nested repetitions of the textbooks the engine gives up within a second. */
const CATASTROPHE = '/^a*a*a*a*a*a*b$/.test("a".repeat(5000))';
const GB = "2 ** 30";

/** TABLE: what is left when loops have guards. */
export const BEYOND_GUARDS: readonly BeyondGuards[] = [
  failed("process.exit", "process.exit(3)"),
  failed("process.exit after await", "await null; process.exit(3)"),
  failed("process.abort", "process.abort()"),
  failed("a stack overflow", "const f = () => f() + 1; return f()"),
  failed("a stack overflow after await", "await null; const f = () => f() + 1; return f()"),
  {
    ...finished("an unhandled rejection", 'Promise.reject(new Error("nobody waits")); return 1'),
    isLogged: true,
  },
  replaced("a catastrophic regular expression", `return ${CATASTROPHE}`),
  replaced("a catastrophic regular expression after await", `await Bun.sleep(20); return ${CATASTROPHE}`),
  replaced(
    "a catastrophic regular expression in a round of a loop",
    `for (let i = 0; ; i++) if (i === 3000) ${CATASTROPHE};`,
  ),
  replaced(
    "a catastrophic regular expression by replace",
    'return "a".repeat(5000).replace(/^a*a*a*a*a*a*b$/, "")',
  ),
  replaced("recursion without a loop", "const f = (n) => n < 2 ? 1 : f(n - 1) + f(n - 2); return f(90)"),
  replaced("microtasks without a loop", "const f = () => Promise.resolve().then(f); return f()"),
  replaced(
    "process.nextTick without a loop",
    "return new Promise(() => { const f = () => process.nextTick(f); f() })",
  ),
  replaced("Bun.sleepSync", "Bun.sleepSync(60_000)"),
  replaced("Atomics.wait", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"),
  replaced("a program that is waited for", 'require("node:child_process").execSync("sleep 60")'),
  replaced(
    "a native call that calls back",
    "return Array.prototype.find.call({ length: 2 ** 52 }, () => false)",
  ),
  anyhow("1 GB: a Buffer", "return Buffer.alloc(1e9, 1).length"),
  anyhow("1 GB: an ArrayBuffer", "return new Uint8Array(new ArrayBuffer(1e9)).fill(1).length"),
  anyhow(
    "1 GB: a list of Uint8Arrays",
    `const all = []; while (all.length < 1100) all.push(new Uint8Array(1e6).fill(1)); return all.length`,
  ),
  anyhow(
    "1 GB: an array that grows",
    `const all = []; while (all.length * 8 < ${GB}) all.push(0); return all.length`,
  ),
  anyhow(
    "1 GB: a text that grows",
    `let text = ""; while (text.length < ${GB}) text += "0123456789"; return text.length`,
  ),
  anyhow("1 GB: repeat", "return 'a'.repeat(1e9).length"),
  anyhow("8 GB: new Array(1e9).fill(0)", "return new Array(1e9).fill(0).length"),
  anyhow("without an end: objects", "const all = []; for (;;) all.push({})"),
  anyhow("without an end: Uint8Arrays", "const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1))"),
  anyhow("without an end: a Map", "const all = new Map(); for (let i = 0; ; i++) all.set(i, i)"),
  anyhow("without an end: a text that doubles", "let text = 'ab'; for (;;) text += text"),
  anyhow(
    "without an end: a text that doubles and is read",
    "let text = 'ab'; for (;;) { text += text; text.charCodeAt(1) }",
  ),
];

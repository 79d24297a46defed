import { describe, expect, test } from "bun:test";
import type { Invocation } from "../../src/engine/invoke.ts";
import { DEFAULT_DEPLOYMENT } from "../../src/scripts/deployment.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

/** Runs a script of `default/1` as a schedule does. */
const invoke = ({ engine }: ScriptApp, name: string, more: Partial<Invocation> = {}) =>
  engine.invoker.invoke({
    deployment: DEFAULT_DEPLOYMENT,
    file: `default/1/${name}`,
    baseDir: "default/1",
    timeoutMs: 0,
    ...more,
  });

const HOLD = "await new Promise((resolve) => { (shared.held ??= []).push(resolve) });";

const heldIn = ({ services }: ScriptApp) =>
  ((services.shared.of("default/1") as { held?: (() => void)[] }).held ??= []);

describe("a run without a request", () => {
  test("has the id that its execution has in metadata and in the log", async () => {
    await using app = await scriptApp({ "default/1/a.ts": "return metadata.executionId" });
    const { executionId, outcome } = invoke(app, "a.ts");
    expect(await outcome).toEqual({ kind: "answered", preview: JSON.stringify(executionId) });
  });

  test("reads a stream to its end, and only as long as its time", async () => {
    await using app = await scriptApp({
      "default/1/a.ts":
        "return (async function* () { for (let at = 0; at < 100; at++) { yield 'x'.repeat(5000); await 0 } shared.done = true })()",
      "default/1/b.ts": `return (async function* () {
        try { for (;;) { yield "x"; await new Promise((done) => setTimeout(done, 1)) } } finally { shared.left = true }
      })()`,
    });
    const shared = app.services.shared.of("default/1") as Record<string, unknown>;
    expect(await invoke(app, "a.ts").outcome).toMatchObject({ kind: "answered" });
    expect(shared["done"]).toBe(true);
    const { outcome, ended } = invoke(app, "b.ts", { timeoutMs: 30 });
    expect(await outcome).toMatchObject({ kind: "timedOut" });
    await ended;
    await until(
      () => shared["left"],
      (left) => left === true,
    );
    expect(app.services.executions.size).toBe(0);
  });

  test("counts waiting for a place of @concurrent into its time, and gives the place back", async () => {
    await using app = await scriptApp({ "default/1/a.ts": `// @concurrent false\n${HOLD}` });
    const first = invoke(app, "a.ts");
    await until(
      () => heldIn(app).length,
      (count) => count === 1,
    );
    expect(await invoke(app, "a.ts", { timeoutMs: 30 }).outcome).toMatchObject({ kind: "timedOut" });
    const third = invoke(app, "a.ts");
    heldIn(app).shift()?.();
    expect(await first.outcome).toMatchObject({ kind: "answered" });
    await until(
      () => heldIn(app).length,
      (count) => count === 1,
    );
    heldIn(app).shift()?.();
    expect(await third.outcome).toMatchObject({ kind: "answered" });
  });

  test("is refused when too many wait for a place", async () => {
    await using app = await scriptApp({ "default/1/a.ts": `// @concurrent false\n${HOLD}` }, [
      "--queue-max",
      "0",
    ]);
    const first = invoke(app, "a.ts");
    await until(
      () => heldIn(app).length,
      (count) => count === 1,
    );
    expect(await invoke(app, "a.ts").outcome).toMatchObject({ kind: "refused", reason: "busy" });
    heldIn(app).shift()?.();
    await first.ended;
  });

  test("has ended when its code has, which may be long after its time", async () => {
    await using app = await scriptApp({ "default/1/a.ts": HOLD });
    const { outcome, ended } = invoke(app, "a.ts", { timeoutMs: 20 });
    let hasEnded = false;
    void ended.then(() => {
      hasEnded = true;
    });
    expect(await outcome).toMatchObject({ kind: "timedOut" });
    expect(hasEnded).toBe(false);
    heldIn(app).shift()?.();
    await ended;
  });

  test.each([
    ["missing.ts", "refused"],
    ["broken.ts", "refused"],
    ["throws.ts", "failed"],
    ["rejects.ts", "failed"],
    ["getter.ts", "failed"],
    ["typed.ts", "failed"],
    ["hostile.ts", "failed"],
    ["thenable.ts", "failed"],
  ])("of %s is %s, and nothing is thrown at the server", async (name, kind) => {
    await using app = await scriptApp({
      "default/1/broken.ts": "const = 1",
      "default/1/throws.ts": "throw null",
      "default/1/rejects.ts": "return Promise.reject(new Error('x'))",
      "default/1/getter.ts": "return { get a() { throw new Error('x') } }",
      "default/1/typed.ts": "// @return-type string\nreturn 1",
      "default/1/hostile.ts": "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
      "default/1/thenable.ts": "return { then() { throw new Error('x') } }",
    });
    const { outcome, ended } = invoke(app, name);
    expect((await outcome).kind).toBe(kind as never);
    await ended;
    expect(app.services.executions.size).toBe(0);
  });

  test("is aborted with all others", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": `shared.has = "begun";
await new Promise((_, reject) => req.signal.addEventListener("abort", () => reject(req.signal.reason)))`,
    });
    const { outcome } = invoke(app, "a.ts");
    await until(
      () => app.services.shared.of("default/1"),
      (shared) => "has" in shared,
    );
    app.engine.active.abortAll(new DOMException("The server is shutting down", "AbortError"));
    expect(await outcome).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("shutting down"),
    });
  });
});

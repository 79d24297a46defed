import { describe, expect, test } from "bun:test";
import { IDLE_TIMEOUT_S } from "../../src/engine/idle.ts";
import { scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

/** A connection that is never told to stop waiting is never closed; one that is told too early is cut. */
const LATER = "await new Promise((resolve) => setTimeout(resolve, 5));";

describe("a connection may be quiet while its answer comes, and no longer: ", () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ["an answer written bit by bit", { "a.js": `res.write("a"); ${LATER} res.end("b");` }],
    ["a stream, its script goes on", { "a.js": `res.stream(["a", "b"]); ${LATER} ${LATER}` }],
    ["a stream of nothing, over before its script", { "a.js": `res.stream([]); ${LATER} ${LATER}` }],
    ["a generator", { "a.js": `return (async function* () { yield "a"; ${LATER} yield "b"; })()` }],
    ["a generator of nothing", { "a.js": "await null; return (async function* () {})()" }],
    ["a helper that waits while it is loaded", { "a.js": 'import "./b.js"; return 1', "b.js": LATER }],
  ])("%s", async (name, files) => {
    const limits: number[] = [];
    await using app = await scriptApp(
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`default/1/${file}`, text])),
      [],
      { onIdleLimit: (seconds) => limits.push(seconds) },
    );
    expect((await app.ask("/a")).status).toBe(200);
    // What a script does after its answer counts, too.
    await until(
      () => app.engine.active.size,
      (running) => running === 0,
    );
    const isOverAtOnce = name.includes("nothing");
    expect(limits.includes(0)).toBe(!isOverAtOnce);
    expect(limits.at(-1)).toBe(IDLE_TIMEOUT_S);
  });

  test("a request that waits for its turn is not cut, and its connection is closed as any other later", async () => {
    const limits: number[] = [];
    await using app = await scriptApp({ "default/1/a.js": `// @concurrent false\n${LATER} return 1` }, [], {
      onIdleLimit: (seconds) => limits.push(seconds),
    });
    await app.ask("/a");
    limits.length = 0;
    await Promise.all([app.ask("/a"), app.ask("/a")]);
    expect(limits).toEqual([0, IDLE_TIMEOUT_S]);
  });

  test("bytes beyond --answer-copy-max wait for nothing but their client, so it is not kept open for them", async () => {
    const limits: number[] = [];
    await using app = await scriptApp(
      { "default/1/a.js": "return Buffer.alloc(1_000_000)" },
      ["--answer-copy-max", "1kb"],
      { onIdleLimit: (seconds) => limits.push(seconds) },
    );
    expect((await app.ask("/a")).text.length).toBe(1_000_000);
    expect(limits).toEqual([]);
  });
});

import { describe, expect, test } from "bun:test";
import { slopeOf } from "../soak/line.ts";
import { verdictsOf } from "../soak/report.ts";
import { type SoakResult, soak } from "../soak/soak.ts";
import type { SoakClient } from "../soak/visit.ts";

/** What a soak did not keep. */
function brokenOf(result: SoakResult, limits?: Parameters<typeof verdictsOf>[1]): readonly string[] {
  const texts = verdictsOf(result, limits).flatMap(({ text, isKept }) => (isKept ? [] : [text]));
  return [...texts, ...result.tally.examples];
}

test("a minute of mixed load leaves nothing behind, and every answer is right", async () => {
  const result = await soak({ seconds: 60, sampleEveryS: 1, warmUpShare: 1 / 2 });
  // So short a time says little about memory, which is still warming up; `bun run soak` takes ten minutes for that.
  expect(brokenOf(result, { memoryMaxMibPerMinute: 100 })).toEqual([]);
  expect(result.tally.requests).toBeGreaterThan(5_000);
  expect(result.tally.sockets).toBeGreaterThan(1_000);
}, 180_000);

describe.concurrent("a soak sees", () => {
  const shortly = (name: string, turn: SoakClient["turn"], files = {}, settleMs = 5_000) =>
    soak({
      ...{ seconds: 2, sampleEveryS: 0.1, warmUpShare: 1 / 4, settleMs, files },
      clients: [{ name, count: 1, everyMs: 50, turn }],
    });
  // A connection that this process keeps alive would be a descriptor of the server's.
  const headers = { connection: "close" };
  const leaks = (what: string, script: string, settleMs?: number) =>
    shortly(
      what,
      async (visit) => {
        await visit.ask("/leaks", { headers });
      },
      { "default/1/leaks.ts": script },
      settleMs,
    );

  test("nothing in a server that only answers", async () => {
    const result = await shortly("calls", async (visit) => {
      await visit.ask("/hello", { headers });
    });
    expect(brokenOf(result, { memoryMaxMibPerMinute: Number.POSITIVE_INFINITY })).toEqual([]);
  }, 60_000);

  test("one timer that is left", async () => {
    const result = await leaks("timers", "shared.done ??= !!setInterval(() => {}, 10_000); return 1");
    const { before, after } = result;
    expect(after.timers).toBe(before.timers + 1);
    expect(brokenOf(result)).toContainEqual(`timers ${before.timers} before, ${after.timers} after`);
  }, 60_000);

  test("one descriptor that is left", async () => {
    const result = await leaks("files", 'shared.done ??= fs.openSync("/dev/null") > 0; return 1');
    const { before, after } = result;
    expect(after.descriptors).toBe(before.descriptors + 1);
    expect(brokenOf(result)).toContainEqual(
      `descriptors ${before.descriptors} before, ${after.descriptors} after`,
    );
  }, 60_000);

  test("one socket that is left", async () => {
    const opened: AsyncDisposable[] = [];
    await using _ = { [Symbol.asyncDispose]: async () => void (await opened[0]?.[Symbol.asyncDispose]()) };
    const result = await shortly("sockets", async (visit) => {
      if (opened.length === 0) opened.push(await visit.open("/chat"));
    });
    const { before, after } = result;
    expect(after).toMatchObject({ sockets: 1, descriptors: before.descriptors + 1 });
    const broken = brokenOf(result);
    expect(broken).toContainEqual("held by the runtime afterwards and not before: ServerWebSocket 0 → 1");
    expect(broken).toContainEqual("sockets that scripts know of afterwards 1");
  }, 60_000);

  test("counts that rise while it lasts, though nothing is left at the end", async () => {
    // Many, and they outlast the load, also where a busy machine has fewer turns and takes longer for them.
    const script = "for (let i = 0; i < 4; i++) setTimeout(() => {}, 8_000); return 1";
    const result = await leaks("timers", script, 20_000);
    expect(brokenOf(result)).toContainEqual(expect.stringContaining("timers under load rose by"));
    expect(result.after.timers).toBe(result.before.timers);
  }, 60_000);

  test("an answer that nobody asked for", async () => {
    const result = await shortly("wrong", async (visit) => {
      await visit.ask("/throws", { headers });
    });
    const { requests } = result.tally;
    expect(brokenOf(result).join("\n")).toMatch(new RegExp(`unexpected answers \\d+ of ${requests}`));
    expect(result.tally.examples[0]).toStartWith("wrong: Error: /throws: 500");
  }, 60_000);
});

test("the slope of memory is that of the line which fits best", () => {
  expect(slopeOf([])).toBe(0);
  expect(slopeOf([[1, 5]])).toBe(0);
  expect(
    slopeOf([
      [0, 10],
      [1, 12],
      [2, 14],
    ]),
  ).toBeCloseTo(2);
});

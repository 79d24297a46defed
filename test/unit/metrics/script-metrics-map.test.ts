import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type MeasuredScript, UNMEASURED } from "../../../src/metrics/script-metrics.ts";
import { ScriptMetricsMap } from "../../../src/metrics/script-metrics-map.ts";

const script = (name: string, deploymentKey = "default/1"): MeasuredScript => ({
  metrics: UNMEASURED,
  deploymentKey,
  scriptPath: `/${name}`,
  file: `${deploymentKey}/${name}.ts`,
});

/** As the recorder does it. */
function request(map: ScriptMetricsMap, asked: MeasuredScript, nowMs: number) {
  const entry = asked.metrics.isRetired ? map.enter(asked, nowMs) : asked.metrics;
  entry.noteFinished("GET", 1, nowMs);
  return entry;
}

const pathsOf = (map: ScriptMetricsMap) => map.entries().map(({ scriptPath }) => scriptPath);

describe("the map of scripts", () => {
  test("has one entry for each script of each deployment; a script that is loaded again finds its own", () => {
    const map = new ScriptMetricsMap({ entriesMax: 10 });
    const first = script("a");
    expect(request(map, first, 1)).toBe(request(map, first, 2));
    expect(request(map, script("a"), 3)).toBe(first.metrics);
    expect(request(map, { ...script("a"), file: "default/1/a.js" }, 4).file).toBe("default/1/a.js");
    expect(request(map, script("a", "web/1"), 5)).not.toBe(first.metrics);
    expect([map.size, first.metrics.durations.count]).toEqual([2, 4]);
  });

  test("gives up who has been idle for longest, and its script begins anew", () => {
    const map = new ScriptMetricsMap({ entriesMax: 2 });
    const [a, b, c] = [script("a"), script("b"), script("c")];
    request(map, a, 1);
    request(map, b, 2);
    request(map, a, 3);
    request(map, c, 4);
    expect(pathsOf(map)).toEqual(["/a", "/c"]);
    request(map, b, 5);
    expect(pathsOf(map)).toEqual(["/c", "/b"]);
    expect(b.metrics.durations.count).toBe(1);
    expect([map.dropped, map.durationsOfAll().count]).toEqual([0, 5]);
  });

  test("never gives up one with a live request or socket; what finds no room is counted, once for each script", () => {
    const map = new ScriptMetricsMap({ entriesMax: 2 });
    const [a, b, c, d] = [script("a"), script("b"), script("c"), script("d")];
    request(map, a, 1).activeHttp++;
    request(map, b, 2).noteOpened(2);
    for (let at = 0; at < 3; at++) request(map, c, 3 + at);
    request(map, d, 6);
    expect([pathsOf(map), map.dropped]).toEqual([["/a", "/b"], 2]);
    expect(map.durationsOfAll().count).toBe(6);
    a.metrics.activeHttp--;
    request(map, a, 7);
    // Nobody looks again at once: with every entry live, each request would search them all.
    request(map, c, 8);
    expect(pathsOf(map)).toEqual(["/a", "/b"]);
    request(map, c, 2_000);
    expect([pathsOf(map), map.dropped]).toEqual([["/b", "/c"], 2]);
  });

  test("keeps those that were active last, whatever the order of requests", () => {
    const names = fc.constantFrom(..."abcdefgh");
    fc.assert(
      fc.property(fc.array(names, { maxLength: 80 }), fc.integer({ min: 1, max: 5 }), (order, entriesMax) => {
        const map = new ScriptMetricsMap({ entriesMax });
        const scripts = new Map([..."abcdefgh"].map((name) => [name, script(name)]));
        for (const [at, name] of order.entries()) request(map, scripts.get(name) as MeasuredScript, at);
        const latest = [...new Set(order.toReversed())].slice(0, entriesMax).map((name) => `/${name}`);
        expect(pathsOf(map).toSorted()).toEqual(latest.toSorted());
        expect([map.durationsOfAll().count, map.dropped]).toEqual([order.length, 0]);
      }),
      { numRuns: 300 },
    );
  });
});

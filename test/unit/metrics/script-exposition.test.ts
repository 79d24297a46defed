import { expect, test } from "bun:test";
import { writeScriptFamilies } from "../../../src/metrics/script-exposition.ts";
import { UNMEASURED } from "../../../src/metrics/script-metrics.ts";
import { ScriptMetricsMap } from "../../../src/metrics/script-metrics-map.ts";

function mapOf(scriptPaths: readonly string[], entriesMax = 1_000) {
  const map = new ScriptMetricsMap({ entriesMax });
  const enter = (scriptPath: string, at: number) =>
    map.enter({ metrics: UNMEASURED, deploymentKey: "default/1", scriptPath, file: "a.ts" }, at);
  return { map, entries: scriptPaths.map(enter) };
}

const textOf = (map: ScriptMetricsMap) => [...writeScriptFamilies(map)].join("");
const linesOf = (text: string, start: string) => text.split("\n").filter((line) => line.startsWith(start));

test("buckets are cumulative, and the last is the count", () => {
  const { map, entries } = mapOf(["/a"]);
  for (const ms of [0, 5, 5.001, 30, 30, 400, 9_999, 10_000, 10_001, 90_000])
    entries[0]?.noteFinished("GET", ms, 1);
  const text = textOf(map);
  const values = linesOf(text, "hoody_exec_http_duration_ms_bucket").map((line) =>
    Number(line.split(" ").at(-1)),
  );
  expect(values).toEqual([2, 3, 3, 5, 5, 5, 6, 6, 6, 6, 8, 10]);
  expect(linesOf(text, "hoody_exec_http_duration_ms_count")).toEqual([
    'hoody_exec_http_duration_ms_count{script="/a"} 10',
  ]);
  expect(linesOf(text, "hoody_exec_http_duration_ms_global_count")).toEqual([
    "hoody_exec_http_duration_ms_global_count 10",
  ]);
});

test("what was given up is still in the sum of all", () => {
  const { map, entries } = mapOf(["/a"], 1);
  entries[0]?.noteFinished("GET", 7, 1);
  map.enter({ metrics: UNMEASURED, deploymentKey: "default/1", scriptPath: "/b", file: "b.ts" }, 2);
  const text = textOf(map);
  expect(text).not.toContain('script="/a"');
  expect(text).toContain("hoody_exec_http_duration_ms_global_sum 7\n");
});

test("a route of any characters is one label value", () => {
  const { map, entries } = mapOf(['/"\\\n{}, é']);
  entries[0]?.noteFinished("GET", 1, 1);
  expect(textOf(map)).toContain('hoody_exec_http_requests_total{script="/\\"\\\\\\n{}, é",method="GET"} 1\n');
});

test("sockets have series once there was one", () => {
  const { map, entries } = mapOf(["/a", "/b"]);
  entries[1]?.noteOpened(1);
  entries[1]?.noteOpened(1);
  entries[1]?.noteClosed(1006, 1, 5);
  expect(linesOf(textOf(map), "hoody_exec_ws")).toEqual([
    'hoody_exec_ws_connections_active{script="/b"} 1',
    'hoody_exec_ws_closes_total{script="/b",type="normal"} 0',
    'hoody_exec_ws_closes_total{script="/b",type="abnormal"} 1',
  ]);
});

import { expect, test } from "bun:test";
import { FAMILIES, type Family } from "../../../src/metrics/families.ts";

const ROWS = Object.entries(FAMILIES as Readonly<Record<string, Family>>);

/** Name, type and labels that dashboards rely on (metrics.md §5), besides the optional `hostname`. */
const FIXED: readonly (readonly [name: string, type: Family["type"], ...labels: string[]])[] = [
  ["hoody_exec_http_requests_total", "counter", "script", "method"],
  ["hoody_exec_http_errors_total", "counter", "script", "status"],
  ["hoody_exec_http_duration_ms", "histogram", "script"],
  ["hoody_exec_http_duration_ms_global", "histogram"],
  ["hoody_exec_ws_connections_active", "gauge", "script"],
  ["hoody_exec_ws_closes_total", "counter", "script", "type"],
  ["hoody_exec_metrics_errors_total", "counter"],
  ["process_start_time_seconds", "gauge"],
];

test.each(FIXED)("%s is a %s as promised", (name, type, ...labels) => {
  const row = Object.fromEntries(ROWS)[name];
  expect(row?.type).toBe(type);
  expect(row?.labels.filter((label) => label !== "hostname")).toEqual(labels);
});

test.each(ROWS)("%s has a name, a help and labels that the format allows", (name, { help, labels, type }) => {
  expect(name).toMatch(/^(hoody_exec|process)_[a-z_]+$/);
  expect(name.endsWith("_total")).toBe(type === "counter");
  expect(help).toMatch(/^[^\\\n]+[^.\s]$/);
  for (const label of labels) expect(label).toMatch(/^(?!le$|quantile$|__)[a-z_]+$/);
});

import { expect, test } from "bun:test";
import { ScriptMetrics } from "../../../src/metrics/script-metrics.ts";

const fresh = () =>
  new ScriptMetrics({ scriptPath: "/a", deploymentKey: "default/1", file: "default/1/a.ts" }, 0);
const failure = (statusCode: number, message = "x") => ({
  statusCode,
  message,
  timestamp: new Date(0),
  executionId: "exec_1",
});

test("methods that callers make up share one series", () => {
  const metrics = fresh();
  for (let at = 0; at < 1_000; at++) metrics.noteFinished(`M${at}`, 1, at);
  metrics.noteFinished("GET", 1, 1);
  metrics.noteFinished("DELETE", 1, 1);
  expect(metrics.methods).toEqual([
    ["GET", 1],
    ["OTHER", 1_000],
    ["DELETE", 1],
  ]);
});

test("statuses that a script makes up share one series beyond fifteen", () => {
  const metrics = fresh();
  for (let status = 500; status < 600; status++) metrics.noteFailed(failure(status));
  metrics.noteFailed(failure(500));
  expect(metrics.statuses).toHaveLength(16);
  expect(metrics.statuses.at(0)).toEqual(["500", 2]);
  expect(metrics.statuses.at(-1)).toEqual(["other", 85]);
  expect(metrics.errors).toBe(101);
});

test("the last eight failures are kept, newest first", () => {
  const metrics = fresh();
  expect(metrics.recentErrors).toEqual([]);
  for (let at = 0; at < 20; at++) metrics.noteFailed(failure(500, String(at)));
  expect(metrics.recentErrors.map(({ message }) => message)).toEqual([
    "19",
    "18",
    "17",
    "16",
    "15",
    "14",
    "13",
    "12",
  ]);
});

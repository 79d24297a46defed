import { expect, test } from "bun:test";
import { Recorder } from "../../../src/metrics/recorder.ts";
import { type MeasuredScript, UNMEASURED } from "../../../src/metrics/script-metrics.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const script = (): MeasuredScript => ({
  metrics: UNMEASURED,
  deploymentKey: "default/1",
  scriptPath: "/a",
  file: "default/1/a.ts",
});

test("a request lasts from when it came in until it is finished, and that is its script's last activity", () => {
  const clock = new FakeClock("2026-01-15T10:30:00.000Z");
  const recorder = new Recorder({ clock, scriptsMax: 10 });
  const asked = script();
  const startedMs = clock.monotonicMs();
  clock.advance(250);
  recorder.finished(asked, "POST", startedMs);
  clock.advance(10_000);
  const { metrics } = asked;
  expect(metrics.durations.maxMs).toBe(250);
  expect(recorder.toDate(metrics.lastActivityMs).toISOString()).toBe("2026-01-15T10:30:00.250Z");
  expect([recorder.totals.requests, recorder.totals.errors]).toEqual([1, 0]);
  expect(recorder.requestsPer(60)).toBeCloseTo(1 / 10.25, 9);
  expect(recorder.requestsPerLifetime()).toBeCloseTo(1 / 10.25, 9);
});

test("a failure is kept as one line without secrets", () => {
  const clock = new FakeClock();
  const recorder = new Recorder({ clock, scriptsMax: 10 });
  const asked = script();
  const message = `  Cannot call\nhttps://api.test/?token=abc&page=2\u0000 ${"é".repeat(300)}`;
  recorder.failed(asked, { statusCode: 500, message, executionId: "exec_1" });
  const [kept] = asked.metrics.recentErrors;
  expect(kept?.message).toStartWith("Cannot call https://api.test/?token=***&page=2");
  expect([...(kept?.message ?? "")]).toHaveLength(256);
  expect(kept).toMatchObject({ statusCode: 500, executionId: "exec_1", timestamp: clock.now() });
});

test("what fails while something is recorded is counted, and nobody else's failure", () => {
  const recorder = new Recorder({ clock: new FakeClock(), scriptsMax: 10 });
  const broken = {
    ...script(),
    get scriptPath(): string {
      throw new Error("no name");
    },
  };
  recorder.finished(broken, "GET", 0);
  recorder.failed(broken, { statusCode: 500, message: "x", executionId: "exec_1" });
  recorder.waited(recorder.waits(broken));
  expect(recorder.totals).toMatchObject({ requests: 1, errors: 1, activeHttp: 0, metricsErrors: 3 });
});

import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { HOSTILE_NAMES, LOGGED, linesOf, plantTraps, withLogs } from "../../support/logs.ts";

const CLEAR = "/api/v1/exec/logs/clear";
const LIST = "/api/v1/exec/logs/list";

const THREE = {
  "default-1.log": { text: "12345", at: "2026-01-15" },
  "default-1.log.20260101T000000000Z": { text: "1234567890", at: "2026-01-01" },
  "cron/fires.log": { text: "1", at: "2026-01-10" },
};

const names = async (app: Awaited<ReturnType<typeof testApp>>) =>
  (await app.call("GET", LIST)).body.logs.map(({ file }: { file: string }) => file).sort();

describe("logs.clear", () => {
  test("a file that is not there is 404, and the others stay", async () => {
    await using app = await withLogs(THREE);
    const { status, body } = await app.call("DELETE", `${CLEAR}?file=none.log&confirm=true`);
    expect([status, body.error]).toEqual([404, "Log file not found"]);
    expect(await names(app)).toHaveLength(3);
  });

  test("without a choice it removes all, and says how much that was", async () => {
    await using app = await withLogs(THREE);
    const { status, body } = await app.call("DELETE", `${CLEAR}?confirm=true`);
    expect(status).toBe(200);
    expect(body).toEqual({ deleted: 3, totalSize: 16, message: "Deleted 3 log files" });
    expect(await names(app)).toEqual([]);
    expect((await app.call("DELETE", `${CLEAR}?confirm=true`)).body).toMatchObject({
      deleted: 0,
      totalSize: 0,
    });
  });

  test("a file, a type and an age narrow it", async () => {
    await using app = await withLogs(THREE, { clock: new FakeClock("2026-01-15T12:00:00.000Z") });
    const clear = async (query: string) => (await app.call("DELETE", `${CLEAR}?confirm=true&${query}`)).body;
    expect(await clear("type=request")).toMatchObject({ deleted: 0 });
    expect(await clear("olderThanDays=10")).toEqual({
      deleted: 1,
      totalSize: 10,
      message: "Deleted 1 log file",
    });
    expect(await clear("type=access&olderThanDays=0.6")).toMatchObject({ deleted: 0 });
    expect(await clear("type=cron&olderThanDays=0")).toMatchObject({ deleted: 1, totalSize: 1 });
    expect(await names(app)).toEqual(["default-1.log"]);
    expect(await clear("file=default-1.log&type=")).toMatchObject({ deleted: 1, totalSize: 5 });
  });

  test("lines that come later begin a new file", async () => {
    await using app = await testApp({ files: LOGGED });
    await app.fetch("/logged?n=1");
    expect((await app.call("DELETE", `${CLEAR}?confirm=true&file=default-1.log`)).body.deleted).toBe(1);
    await app.fetch("/logged?n=2");
    expect((await linesOf(app)).map(({ path }) => path)).toEqual(["/logged?n=2"]);
  });

  test.each(["", "confirm=", "confirm=1", "confirm=TRUE", "confirm=yes"])(
    "with %j in place of the word true nothing is removed",
    async (confirm) => {
      await using app = await withLogs(THREE);
      const { status, body } = await app.call("DELETE", `${CLEAR}?${confirm}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({
        error: "confirm=true parameter required for safety",
        details: { field: "confirm" },
      });
      expect(await names(app)).toHaveLength(3);
    },
  );

  test.each([
    ["olderThanDays=-1", "olderThanDays"],
    ["olderThanDays=NaN", "olderThanDays"],
    ["olderThanDays=x", "olderThanDays"],
    ["olderThanDays=1e3", "olderThanDays"],
    ["type=none", "type"],
  ])("%s is refused and removes nothing", async (query, field) => {
    await using app = await withLogs(THREE);
    const { status, body } = await app.call("DELETE", `${CLEAR}?confirm=true&${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "VALIDATION_ERROR", details: { field } });
    expect(await names(app)).toHaveLength(3);
  });

  test.each(HOSTILE_NAMES)("%j is answered %d and removes nothing", async (file, status) => {
    await using app = await testApp();
    await plantTraps(app);
    const answer = await app.call("DELETE", `${CLEAR}?confirm=true&file=${encodeURIComponent(file)}`);
    expect(answer.status).toBe(status);
    const { exitCode } = await Bun.$`test -e ${app.services.config.logsDir}/../secret.log`.nothrow();
    expect(exitCode).toBe(0);
    expect(await names(app)).toEqual(["cron/fires.log"]);
  });
});

import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { LOGGED, logsDirectory, withLogs } from "../../support/logs.ts";

const LIST = "/api/v1/exec/logs/list";

describe("logs.list", () => {
  test("there is nothing, and no directory, until a script with a log directive was called", async () => {
    await using app = await testApp({ files: { "default/1/a.js": "console.log(1); return 1", ...LOGGED } });
    await app.fetch("/a");
    expect(await app.call("GET", LIST)).toMatchObject({
      status: 200,
      body: { directory: null, count: 0, logs: [] },
    });
    await app.fetch("/logged");
    const { body } = await app.call("GET", LIST);
    expect(body).toEqual({
      directory: logsDirectory(app),
      count: 1,
      logs: [
        {
          name: "default-1.log",
          file: "default-1.log",
          type: "access",
          size: expect.any(Number),
          modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        },
      ],
    });
    expect(body.logs[0].size).toBeGreaterThan(100);
  });

  test("files of every kind are listed, the last written first; nothing else is", async () => {
    await using app = await withLogs({
      "default-1.log": { text: "a\n", at: "2026-01-01" },
      "default-1.log.20260101T000000000Z": { text: "b\n", at: "2026-01-02" },
      "app.v2-x9.log": { text: "", at: "2026-01-03" },
      "cron/fires.log": { text: "c\n", at: "2026-01-04" },
      "executions/exec_1/request.log": { text: "d\n", at: "2026-01-05" },
      "executions/exec_1/summary.json": { text: "{}", at: "2026-01-06" },
      "notes.txt": { text: "e", at: "2026-01-07" },
      "other/x.log": { text: "e", at: "2026-01-07" },
    });
    const { body } = await app.call("GET", LIST);
    expect(body.logs.map(({ file, type }: Record<string, string>) => `${type} ${file}`)).toEqual([
      "other executions/exec_1/summary.json",
      "request executions/exec_1/request.log",
      "cron cron/fires.log",
      "access app.v2-x9.log",
      "access default-1.log.20260101T000000000Z",
      "access default-1.log",
    ]);
    const files = async (query: string) =>
      (await app.call("GET", `${LIST}?${query}`)).body.logs.map(({ file }: { file: string }) => file);
    expect(await files("type=cron")).toEqual(["cron/fires.log"]);
    expect(await files("type=access&limit=1")).toEqual(["app.v2-x9.log"]);
    expect(await files("limit=0")).toHaveLength(1);
    expect(await files("type=&limit=")).toHaveLength(6);
    expect(await files("type=all")).toHaveLength(6);
  });

  test.each([
    ["type=secret", "type", "must be one of all, request, access, cron, other"],
    ["limit=ten", "limit", "must be between 1 and 10000"],
  ])("%s is refused", async (query, field, reason) => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", `${LIST}?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "Invalid query parameter", details: { field, reason } });
  });
});

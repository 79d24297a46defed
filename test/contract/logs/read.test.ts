import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { HOSTILE_NAMES, LOGGED, plantTraps, withLogs } from "../../support/logs.ts";

const READ = "/api/v1/exec/logs/read";

const TEN = { "default-1.log": { text: Array.from({ length: 10 }, (_, at) => `line ${at}\n`).join("") } };

describe("logs.read", () => {
  test("answers the last lines of a file, and how many there are", async () => {
    await using app = await withLogs({ "default-1.log": { ...TEN["default-1.log"], at: "2026-01-02" } });
    const { status, body } = await app.call("POST", READ, { file: "default-1.log", lines: 3 });
    expect(status).toBe(200);
    expect(body).toEqual({
      file: "default-1.log",
      totalLines: 10,
      filteredLines: 10,
      returnedLines: 3,
      lines: ["line 7", "line 8", "line 9"],
      size: 70,
      modified: "2026-01-02T00:00:00.000Z",
    });
  });

  test("with tail false it answers the first", async () => {
    await using app = await withLogs(TEN);
    const { body } = await app.call("POST", READ, { file: "default-1.log", lines: 2, tail: false });
    expect(body).toMatchObject({ totalLines: 10, returnedLines: 2, lines: ["line 0", "line 1"] });
  });

  test("search narrows in any case, before lines are counted off", async () => {
    await using app = await withLogs({
      "default-1.log": { text: "Apple\nplum\nAPPLE tree\npear\napple pie" },
    });
    const { body } = await app.call("POST", READ, { file: "default-1.log", lines: 2, search: "aPPle" });
    expect(body).toMatchObject({
      totalLines: 5,
      filteredLines: 3,
      returnedLines: 2,
      lines: ["APPLE tree", "apple pie"],
    });
  });

  test("100 lines are answered when none are asked for", async () => {
    await using app = await withLogs({ "default-1.log": { text: "x\n".repeat(150) } });
    expect((await app.call("POST", READ, { file: "default-1.log" })).body).toMatchObject({
      totalLines: 150,
      returnedLines: 100,
    });
  });

  test("an executionId finds the lines of that execution, in whatever file they are", async () => {
    await using app = await testApp({ files: LOGGED });
    await app.fetch("/logged?n=1");
    const answer = await app.fetch("/logged?n=2");
    await app.fetch("/logged?n=3");
    const executionId = answer.headers.get("x-execution-id");
    const { body } = await app.call("POST", READ, { executionId });
    expect(body).toMatchObject({ file: "default-1.log", totalLines: 3, filteredLines: 1 });
    expect(JSON.parse(body.lines[0])).toMatchObject({ executionId, path: "/logged?n=2" });
  });

  test("an execution with a file of its own is read from there", async () => {
    await using app = await withLogs({ "executions/exec_1/execution.log": { text: "own\n" } });
    expect((await app.call("POST", READ, { executionId: "exec_1" })).body).toMatchObject({
      file: "executions/exec_1/execution.log",
      lines: ["own"],
    });
  });

  test("bytes that are no text, and no line at all, are answered all the same", async () => {
    await using app = await withLogs({ "default-1.log": { text: "" }, "x-1.log": { text: "a\0b\r\n" } });
    expect((await app.call("POST", READ, { file: "default-1.log" })).body).toMatchObject({
      totalLines: 0,
      returnedLines: 0,
      lines: [],
    });
    expect((await app.call("POST", READ, { file: "x-1.log" })).body.lines).toEqual(["a\0b\r"]);
  });

  test.each(HOSTILE_NAMES)("%j is answered %d and leads nowhere", async (file, status) => {
    await using app = await testApp();
    await plantTraps(app);
    const answer = await app.call("POST", READ, { file });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toBe(status === 400 ? "Invalid log file name" : "Log file not found");
    expect(JSON.stringify(answer.body)).not.toContain("SECRET");
  });

  test.each(["../../x", "a/b", "..", "x\0"])("the id %j names no file", async (executionId) => {
    await using app = await testApp();
    expect((await app.call("POST", READ, { executionId })).body.error).toBe("Invalid log file name");
  });

  test("an id that nobody has is 404", async () => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", READ, { executionId: "exec_none" });
    expect([status, body.error]).toEqual([404, "Log file not found"]);
  });

  const refusals: readonly [body: Record<string, unknown>, error: string, field: string][] = [
    [{}, "file or executionId is required", "file"],
    [{ file: "" }, "file or executionId is required", "file"],
    [{ file: 1 }, "Invalid request body", "file"],
    [{ executionId: {} }, "Invalid request body", "executionId"],
    [{ file: "a.log", lines: 0 }, "Invalid request body", "lines"],
    [{ file: "a.log", lines: 10_001 }, "Invalid request body", "lines"],
    [{ file: "a.log", lines: 1.5 }, "Invalid request body", "lines"],
    [{ file: "a.log", lines: "5" }, "Invalid request body", "lines"],
    [{ file: "a.log", tail: "yes" }, "Invalid request body", "tail"],
    [{ file: "a.log", search: 5 }, "Invalid request body", "search"],
  ];
  test.each(refusals)("%j is refused", async (given, error, field) => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", READ, given);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error, code: "VALIDATION_ERROR", details: { field } });
    if (error !== "Invalid request body") expect(body.details.reason).toBe(error);
  });
});

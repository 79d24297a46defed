import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { HOSTILE_NAMES, LOGGED, plantTraps, withLogs } from "../../support/logs.ts";

const SEARCH = "/api/v1/exec/logs/search";

const TWO = {
  "default-1.log": { text: "GET /users\nPOST /users\n", at: "2026-01-02" },
  "app-1.log": { text: "nothing\nget /Users\n", at: "2026-01-01" },
};

describe("logs.search", () => {
  test("finds a text in every file, in any case", async () => {
    await using app = await withLogs(TWO);
    const { status, body } = await app.call("POST", SEARCH, { query: "get /users" });
    expect(status).toBe(200);
    expect(body).toEqual({
      query: "get /users",
      searchType: "text",
      filesSearched: 2,
      matchesFound: 2,
      results: [
        { file: "default-1.log", lineNumber: 1, line: "GET /users" },
        { file: "app-1.log", lineNumber: 2, line: "get /Users" },
      ],
    });
  });

  test("a regular expression wins over a text", async () => {
    await using app = await withLogs(TWO);
    const { body } = await app.call("POST", SEARCH, { query: "nothing", regex: "^post .*s$" });
    expect(body).toMatchObject({ query: "^post .*s$", searchType: "regex", matchesFound: 1 });
    expect(body.results).toEqual([{ file: "default-1.log", lineNumber: 2, line: "POST /users" }]);
  });

  test("files, limit and caseSensitive narrow it", async () => {
    await using app = await withLogs(TWO);
    const find = async (more: object) =>
      (await app.call("POST", SEARCH, { query: "users", ...more })).body.results.map(
        ({ file, lineNumber }: { file: string; lineNumber: number }) => `${file}:${lineNumber}`,
      );
    expect(await find({})).toEqual(["default-1.log:1", "default-1.log:2", "app-1.log:2"]);
    expect(await find({ files: ["app-1.log"] })).toEqual(["app-1.log:2"]);
    expect(await find({ files: [] })).toHaveLength(3);
    expect(await find({ limit: 1 })).toEqual(["default-1.log:1"]);
    expect(await find({ caseSensitive: true })).toEqual(["default-1.log:1", "default-1.log:2"]);
    expect(await find({ query: "", regex: "Users", caseSensitive: true })).toEqual(["app-1.log:2"]);
  });

  test("without any log nothing is found", async () => {
    await using app = await testApp();
    expect((await app.call("POST", SEARCH, { query: "x" })).body).toMatchObject({
      filesSearched: 0,
      matchesFound: 0,
      results: [],
    });
  });

  test("an expression that would take years is ended, and holds nobody up meanwhile", async () => {
    await using app = await withLogs(
      { "default-1.log": { text: `${"a".repeat(200)}!\n` } },
      { files: LOGGED, flags: ["--log-search-timeout", "300"] },
    );
    const startedMs = performance.now();
    const searching = app.call("POST", SEARCH, { regex: "^(a+)+$" });
    expect((await app.fetch("/logged")).status).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(250);
    const { status, body } = await searching;
    expect(status).toBe(504);
    expect(body).toMatchObject({
      error: "The search took longer than 300 ms",
      code: "ERROR_504",
      details: { timeoutMs: 300 },
    });
    expect((await app.call("POST", SEARCH, { query: "aaa" })).body.matchesFound).toBe(1);
  });

  test.each(HOSTILE_NAMES)("%j is answered %d and not searched", async (file, status) => {
    await using app = await testApp();
    await plantTraps(app);
    const answer = await app.call("POST", SEARCH, { query: "SECRET", files: [file] });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toBe(status === 400 ? "Invalid log file name" : "Log file not found");
  });

  test("a search of all files finds nothing behind links", async () => {
    await using app = await testApp();
    await plantTraps(app);
    const { body } = await app.call("POST", SEARCH, { query: "SECRET" });
    expect(body).toMatchObject({ filesSearched: 1, matchesFound: 0 });
  });

  const refusals: readonly [body: Record<string, unknown>, error: RegExp, field: string][] = [
    [{}, /^query or regex is required$/, "query"],
    [{ query: "", regex: "" }, /^query or regex is required$/, "query"],
    [{ regex: "(" }, /^Invalid regex: /, "regex"],
    [{ regex: "x".repeat(65) }, /^Invalid regex: must be at most 64 characters$/, "regex"],
    [{ regex: 5 }, /^Invalid request body$/, "regex"],
    [{ query: ["x"] }, /^Invalid request body$/, "query"],
    [{ query: "x", files: "a.log" }, /^Invalid request body$/, "files"],
    [{ query: "x", files: [1] }, /^Invalid request body$/, "files.0"],
    [{ query: "x", limit: 0 }, /^Invalid request body$/, "limit"],
    [{ query: "x", limit: "1" }, /^Invalid request body$/, "limit"],
    [{ query: "x", caseSensitive: "true" }, /^Invalid request body$/, "caseSensitive"],
  ];
  test.each(refusals)("%j is refused", async (given, error, field) => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", SEARCH, given);
    expect(status).toBe(400);
    expect(body.error).toMatch(error);
    expect(body).toMatchObject({ code: "VALIDATION_ERROR", details: { field } });
    if (/ is required$/.test(body.error)) expect(body.details.reason).toBe(body.error);
  });

  test.each([
    ["../up.log", 400, "Invalid log file name"],
    ["none.log", 404, "Log file not found"],
  ])("of several files, the one named %s is the one the refusal names", async (bad, status, error) => {
    await using app = await testApp();
    await app.storage.write({ "logs/a.log": "x\n" });
    const { status: answered, body } = await app.call("POST", SEARCH, {
      query: "x",
      files: ["a.log", "a.log", bad],
    });
    expect([answered, body.error, body.details.field]).toEqual([status, error, "files.2"]);
  });
});

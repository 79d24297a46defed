import { expect, test } from "bun:test";
import pino from "pino";
import { linesOf } from "../support/logs.ts";
import { scriptApp } from "../support/script-app.ts";

/** `return new Error(…)` is a failure like any other, but for the text of its answer (script-runtime.md §6, §8). */
const SOURCES = {
  "return new Error(…)": 'return new Error("out of tea");',
  "return of a promise": 'return Promise.resolve(new TypeError("out of tea"));',
  "from a handler that knows res":
    'module.exports = (req, res) => { res.set("x-a", "b"); return new Error("out of tea"); };',
};

test.each(Object.entries(SOURCES))("%s is a 500 that is found again by its id", async (_name, source) => {
  const logged: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void logged.push(line) });
  await using app = await scriptApp({ "default/1/a.js": `// @log-level standard\n${source}` }, [], { log });
  const answer = await app.ask("/a");
  const id = answer.headers.get("x-execution-id");
  expect([answer.status, answer.json]).toEqual([500, { error: expect.stringContaining("out of tea") }]);
  expect(id).toMatch(/^exec_[0-9A-Z]{26}$/);
  expect(await linesOf(app)).toMatchObject([
    { executionId: id, status: 500, error: expect.stringContaining("out of tea") },
  ]);
  const { body } = await app.call("GET", "/api/v1/exec/monitor/scripts");
  expect(body.scripts[0].recentErrors).toMatchObject([
    { statusCode: 500, message: expect.stringContaining("out of tea"), executionId: id },
  ]);
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { executionId: id, script: "default/1/a.js", message: expect.stringContaining("out of tea") },
  ]);
});

test("without a log of its own the answer carries the id, too", async () => {
  await using app = await scriptApp({ "default/1/a.js": SOURCES["return new Error(…)"] });
  expect((await app.ask("/a")).headers.get("x-execution-id")).toMatch(/^exec_/);
});

test("an error that is returned after an answer was sent is nobody's", async () => {
  await using app = await scriptApp({
    "default/1/a.js": 'res.json({ ok: true }); return new Error("late");',
  });
  const { status, json, headers } = await app.ask("/a");
  expect([status, json, headers.get("x-execution-id")]).toEqual([200, { ok: true }, null]);
});

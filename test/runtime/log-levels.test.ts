import { expect, test } from "bun:test";
import { linesOf } from "../support/logs.ts";
import { scriptApp } from "../support/script-app.ts";

/** `minimal` means time, id, method, path, status and duration, whatever else a script asks for (script-runtime.md §15). */
test("@log-level minimal keeps bodies out, although a directive asks for them", async () => {
  await using app = await scriptApp({
    "default/1/a.ts":
      "// @log-level minimal\n// @log-request-body full\n// @log-response-body full\nreturn { got: req.body }",
  });
  await app.ask("/a", { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' });
  const [line] = await linesOf(app);
  expect(Object.keys(line)).toEqual([
    "time",
    "type",
    "executionId",
    "method",
    "path",
    "status",
    "durationMs",
  ]);
});

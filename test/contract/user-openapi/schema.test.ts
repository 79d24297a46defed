import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const SCHEMA = "/api/v1/exec/user-openapi/schema";
const files = {
  "default/1/echo.js": "return 1",
  "default/1/echo.openapi.json": '{ "get": { "big": 12345678901234567890 } }\n',
  "default/1/users/[id].ts": "return 1",
  "default/1/users/[id].schema.json": '{"type":"object"}',
  "default/1/plain.ts": "return 1",
  "default/1/bad.ts": "return 1",
  "default/1/bad.openapi.json": "{oops",
  "default/1/list.ts": "return 1",
  "default/1/list.schema.json": "[]",
  "app/2/x.openapi.json": '{"of":"app"}',
};

describe("openapi.schema", () => {
  test("answers the file's own text", async () => {
    await using app = await testApp({ files });
    for (const query of [
      "file=echo.js",
      "path=echo.js",
      "file=echo",
      "file=echo.openapi.json",
      "file=&path=echo.js",
    ]) {
      const response = await app.fetch(`${SCHEMA}?${query}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toStartWith("application/json");
      expect(await response.text()).toBe(files["default/1/echo.openapi.json"]);
    }
  });

  scenario("plain JSON Schema is a schema file, too", {
    files,
    request: ["GET", `${SCHEMA}?file=${encodeURIComponent("users/[id].ts")}`],
    status: 200,
    body: { type: "object" },
  });

  for (const query of ["file=x.ts&execId=2&subdomain=app", "file=app/2/x.ts"]) {
    scenario(`${query} is of another deployment`, {
      files,
      request: ["GET", `${SCHEMA}?${query}`],
      status: 200,
      body: { of: "app" },
    });
  }

  const missing = "No schema file found for this script";
  const refusals: readonly [query: string, status: number, error: string][] = [
    ["", 400, "file or path is required"],
    ["?file=", 400, "file or path is required"],
    ["?file=plain.ts", 404, missing],
    ["?file=nothing.ts", 404, missing],
    ["?file=none/at/all.ts", 404, missing],
    ["?file=bad.ts", 422, "The schema file cannot be read: it is no JSON: JSON Parse error: Expected '}'"],
    ["?file=list.ts", 422, "The schema file cannot be read: it is no JSON object"],
    ["?file=../x.ts", 403, "Invalid path: must be within scripts directory"],
    ["?file=_hoody/openapi.ts", 403, "Path is excluded from access"],
    ["?file=echo.js&execId=A", 400, "execId must be 1 to 64 lower-case letters and digits"],
  ];
  for (const [query, status, error] of refusals) {
    test(`${query || "nothing"} is refused: ${error}`, async () => {
      await using app = await testApp({ files });
      const { status: seen, body } = await app.call("GET", SCHEMA + query);
      expect(seen).toBe(status);
      expect(body).toEqual({
        success: false,
        error,
        code: status === 400 ? "VALIDATION_ERROR" : `ERROR_${status}`,
        timestamp: expect.any(String),
        ...(error.startsWith("Invalid path") || error.startsWith("Path is")
          ? {}
          : { details: expect.any(Object) }),
      });
    });
  }
});

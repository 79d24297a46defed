import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const TEST = "/api/v1/exec/route/test";
const files = { "default/1/a.ts": "return 1", "default/2/b.ts": "return 1" };

describe("route.test", () => {
  test("answers one resolution for each path, in their order, and runs nothing", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", TEST, { paths: ["/a", "/b"] });
    expect(status).toBe(200);
    expect(body).toEqual({
      tested: 2,
      matched: 1,
      notMatched: 1,
      results: [
        {
          matched: true,
          path: "/a",
          scriptPath: "default/1/a.ts",
          routePattern: "/a",
          parameters: {},
          type: "static",
          baseDir: "default/1",
        },
        {
          matched: false,
          path: "/b",
          hostname: "localhost",
          execId: "1",
          triedDirectories: ["default/1", "default", "1", ""],
        },
      ],
    });
  });

  scenario("another deployment can be asked", {
    files,
    request: ["POST", TEST, { paths: ["/b"], execId: "2" }],
    status: 200,
    body: { tested: 1, matched: 1, notMatched: 0 },
  });

  scenario("no paths are no results", {
    request: ["POST", TEST, { paths: [] }],
    status: 200,
    body: { tested: 0, matched: 0, notMatched: 0, results: [] },
  });

  const refusals: readonly [body: unknown, error: string][] = [
    [{}, "paths array is required"],
    [{ paths: "/a" }, "paths must be an array of strings"],
    [{ paths: ["/a", 1] }, "paths must be an array of strings"],
    [{ paths: ["/a", "/b\\c"] }, 'Cannot resolve "/b\\c": URL path contains disallowed characters.'],
    [{ paths: Array(1001).fill("/a") }, "paths must be at most 1000"],
  ];
  for (const [body, error] of refusals) {
    scenario(`${JSON.stringify(body).slice(0, 60)} is refused: ${error}`, {
      files,
      request: ["POST", TEST, body],
      status: 400,
      body: { error, code: "VALIDATION_ERROR" },
    });
  }
});

import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

const PATH = "/api/v1/exec/dependencies/check";
const INSTALLED = {
  "node_modules/lodash/package.json": '{ "version": "4.17.21" }',
  "node_modules/@team/kit/package.json": '{ "version": "1.0.0" }',
};

async function check(body: unknown) {
  await using app = await testApp({ files: INSTALLED });
  return await app.call("POST", PATH, body);
}

describe("dependencies.check", () => {
  test("says what a source needs: each package once, without modules of the runtime and files", async () => {
    const code = `import fs from "node:fs"; import a from "lodash/fp"; import "lodash"; import "./x";
      const k = require("@team/kit/tool"); await import("dayjs"); require("crypto"); require("bun:sqlite")`;
    const { status, body } = await check({ code });
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 3,
      installed: [
        { name: "lodash", version: "4.17.21" },
        { name: "@team/kit", version: "1.0.0" },
      ],
      missing: ["dayjs"],
      details: [
        { module: "lodash", installed: true, version: "4.17.21" },
        { module: "@team/kit", installed: true, version: "1.0.0" },
        { module: "dayjs", installed: false, version: null },
      ],
    });
  });

  test.each<[unknown, string[], string[]]>([
    ["lodash", ["lodash"], []],
    ["lodash, dayjs", ["lodash"], ["dayjs"]],
    [["lodash@^4", "lodash@5"], ["lodash"], ["lodash@5"]],
    [["fs", "./a", "node:path", "dayjs"], [], ["dayjs"]],
    [["git+ssh://x/y.git", "-g", "../x"], [], ["git+ssh://x/y.git", "-g"]],
  ])("modules %j", async (modules, installed, missing) => {
    const { status, body } = await check({ modules, code: 'import "never-looked-at"' });
    expect(status).toBe(200);
    expect(body.installed.map(({ name }: { name: string }) => name)).toEqual(installed);
    expect(body.missing).toEqual(missing);
    expect(body.total).toBe(installed.length + missing.length);
  });

  test("what comes with the server is installed", async () => {
    const { body } = await check({ modules: ["zod"] });
    expect(body.installed).toEqual([{ name: "zod", version: expect.stringMatching(/^\d/) }]);
  });

  test.each([{ code: "return 1" }, { code: "" }, { modules: ["fs", "./a"] }])(
    "%j uses none",
    async (body) => {
      expect((await check(body)).body).toEqual({
        total: 0,
        installed: [],
        missing: [],
        message: "No npm packages are used",
      });
    },
  );

  test.each<[unknown, string, string]>([
    [{}, "code or modules array is required", "body"],
    [{ code: 1 }, "code must be a string", "code"],
    [{ modules: 5 }, "modules must be a string or an array", "modules"],
    [{ modules: {} }, "modules must be a string or an array", "modules"],
    [{ modules: [] }, "code or modules array is required", "body"],
    [{ modules: null }, "code or modules array is required", "body"],
    [{ modules: ["a", 1] }, "Invalid request body", "modules.1"],
    [{ modules: ["a", " "] }, "Invalid request body", "modules.1"],
    [{ modules: Array.from({ length: 101 }, (_, each) => `p${each}`) }, "Invalid request body", "modules"],
    [{ code: "import {" }, "JavaScript syntax error detected", "code"],
    [[], "Invalid request body", "body"],
  ])("%j is refused", async (sent, error, field) => {
    const { status, body } = await check(sent);
    expect([status, body.code, body.error]).toEqual([400, "VALIDATION_ERROR", error]);
    expect(body.details.field).toBe(field);
  });
});

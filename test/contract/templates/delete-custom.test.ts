import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const DELETE = "/api/v1/exec/templates/delete-custom";
const files = {
  "_hoody/templates/mine.json": '{"code":"return 1"}',
  "_hoody/templates/broken.json": "{oops",
};

describe("templates.deleteCustom", () => {
  for (const [name, left] of [
    ["mine", "_hoody/templates/broken.json"],
    ["broken", "_hoody/templates/mine.json"],
  ] as const) {
    test(`${name} is gone afterwards`, async () => {
      await using app = await testApp({ files });
      const { status, body } = await app.call("DELETE", `${DELETE}/${name}`);
      expect([status, body]).toEqual([200, { deleted: true, name }]);
      expect(await app.scripts.list()).toEqual([left]);
      expect((await app.call("DELETE", `${DELETE}/${name}`)).status).toBe(404);
    });
  }

  const refusals: readonly [name: string, status: number, error: string][] = [
    ["none", 404, "Template not found"],
    ["json-api", 404, "Template not found"],
    [":name", 404, "Template not found"],
    ["..%2f..%2fx", 400, "Invalid template name: "],
    ["%00", 400, "Invalid template name: "],
  ];
  for (const [name, status, error] of refusals) {
    scenario(`${name} is refused with ${status}`, {
      files,
      request: ["DELETE", `${DELETE}/${name}`],
      status,
      body: { error: expect.stringContaining(error) },
      filesAfter: Object.keys(files).sort(),
    });
  }
});

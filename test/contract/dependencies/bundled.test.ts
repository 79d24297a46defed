import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

test("dependencies.bundled lists what scripts import without an install", async () => {
  await using app = await testApp({ files: { "default/1/a.ts": 'return typeof require("zod").z.object' } });
  const { status, body } = await app.call("GET", "/api/v1/exec/dependencies/bundled");
  expect(status).toBe(200);
  expect(body).toEqual({
    total: 3,
    packages: ["zod", "@hoody-ai/hoody-sdk", "hoody-sdk"].map((name) => ({
      name,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      available: true,
    })),
    allAvailable: true,
  });
  expect(await (await app.fetch("/a")).text()).toBe("function");
});

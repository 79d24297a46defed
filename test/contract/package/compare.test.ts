import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/package/compare";
const version = (text: string, more: object = {}) => JSON.stringify({ version: text, ...more });
const FILES = {
  "package.json": JSON.stringify({
    dependencies: { fine: "^1.0.0", old: "^2.0.0", gone: "1" },
    devDependencies: { "@team/kit": "*" },
  }),
  "node_modules/fine/package.json": version("1.5.0", { dependencies: { below: "1" } }),
  "node_modules/below/package.json": version("1.0.0", { peerDependencies: { peer: "1" } }),
  "node_modules/peer/package.json": version("1.0.0"),
  "node_modules/old/package.json": version("1.0.0", { dependencies: { nested: "2" } }),
  "node_modules/old/node_modules/nested/package.json": version("2.0.0"),
  "node_modules/nested/package.json": version("1.0.0"),
  "node_modules/@team/kit/package.json": version("1.0.0"),
  "node_modules/@team/extra/package.json": version("1.0.0"),
  "node_modules/loose/package.json": "{ damaged",
  "node_modules/.bin/x": "",
};

describe("package.compare", () => {
  test.each(["POST", "GET"])("%s holds the lists against what is really installed", async (method) => {
    await using app = await testApp({ files: FILES });
    const { status, body } = await app.call(method, PATH);
    expect(status).toBe(200);
    expect(body).toEqual({
      summary: { total: 4, installed: 3, missing: 1, outdated: 1, extra: 3 },
      missing: ["gone"],
      outdated: [{ package: "old", declared: "^2.0.0", installed: "1.0.0" }],
      extra: ["@team/extra", "loose", "nested"],
      allInstalled: false,
      upToDate: false,
    });
  });

  test("any body will do, and none", async () => {
    await using app = await testApp({ files: { "package.json": "{}" } });
    for (const sent of [undefined, {}, { any: 1 }]) {
      expect(await app.call("POST", PATH, sent)).toMatchObject({
        status: 200,
        body: { summary: { total: 0 }, allInstalled: true, upToDate: true },
      });
    }
  });

  test("packages that need each other end the search", async () => {
    await using app = await testApp({
      files: {
        "package.json": '{ "dependencies": { "a": "1" } }',
        "node_modules/a/package.json": version("1.0.0", { dependencies: { b: "1" } }),
        "node_modules/b/package.json": version("1.0.0", { dependencies: { a: "1" } }),
      },
    });
    expect((await app.call("POST", PATH)).body).toMatchObject({ extra: [], upToDate: true });
  });

  scenario("without a package.json it is 404", {
    request: ["POST", PATH],
    status: 404,
    body: { error: "package.json not found" },
  });

  scenario("a broken one is 409", {
    files: { "package.json": "7" },
    request: ["GET", PATH],
    status: 409,
    body: { details: { path: "package.json", reason: "it holds no object" } },
  });
});

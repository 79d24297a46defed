import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/package/read";

test("package.read answers the file and its groups", async () => {
  const content = {
    name: "mine",
    dependencies: { a: "^1" },
    devDependencies: { b: "1", c: "2" },
    scripts: { x: "y" },
  };
  await using app = await testApp({ files: { "package.json": JSON.stringify(content) } });
  expect(await app.call("GET", PATH)).toMatchObject({
    status: 200,
    body: {
      path: "package.json",
      content,
      dependencies: { a: "^1" },
      devDependencies: { b: "1", c: "2" },
      scripts: { x: "y" },
      dependencyCount: 1,
      devDependencyCount: 2,
    },
  });
});

scenario("groups that are not there, or no objects, are empty", {
  files: { "package.json": '{ "dependencies": [1], "scripts": { "x": 1 } }' },
  request: ["GET", PATH],
  status: 200,
  body: { dependencies: {}, devDependencies: {}, scripts: {}, dependencyCount: 0, devDependencyCount: 0 },
});

scenario("without a package.json it is 404 with what to do", {
  request: ["GET", PATH],
  status: 404,
  body: {
    error: "package.json not found",
    code: "ERROR_404",
    details: { path: "package.json", suggestion: "Create it with POST /api/v1/exec/package/init" },
  },
});

scenario("one that does not parse is 409 with the reason", {
  files: { "package.json": "{ oops" },
  request: ["GET", PATH],
  status: 409,
  body: { code: "ERROR_409", details: { path: "package.json", reason: expect.stringContaining("parse") } },
});

test("a link that leads out of the scripts directory is not followed", async () => {
  await using elsewhere = await testApp({ files: { "package.json": '{ "name": "secret" }' } });
  await using app = await testApp();
  await symlink(join(elsewhere.scripts.path, "package.json"), join(app.scripts.path, "package.json"));
  const { status, body } = await app.call("GET", PATH);
  expect([status, body.code]).toEqual([403, "ERROR_403"]);
  expect(JSON.stringify(body)).not.toContain("secret");
});

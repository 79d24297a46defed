import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type TestApp, testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/package/pin";
const FILES = {
  "package.json": JSON.stringify({
    dependencies: {
      lodash: "^4.17.0",
      absent: "~1.2.3",
      wide: ">=1",
      other: "^2.0.0",
      exact: "1.0.0",
      tagged: "latest",
      repository: "github:a/b",
    },
    devDependencies: { tool: "^1.0.0" },
    peerDependencies: { lodash: "^4.0.0" },
  }),
  "node_modules/lodash/package.json": '{ "version": "4.17.21" }',
  "node_modules/other/package.json": '{ "version": "3.0.0" }',
  "node_modules/tool/package.json": '{ "version": "1.5.0" }',
  "node_modules/tagged/package.json": '{ "version": "7.0.0" }',
  "node_modules/repository/package.json": '{ "version": "8.0.0" }',
};

const manifestOf = (app: TestApp) => Bun.file(join(app.scripts.path, "package.json")).json();

describe("package.pin", () => {
  test("takes what is really installed where the range allows it, else the range without ^ and ~", async () => {
    await using app = await testApp({ files: FILES });
    const { status, body } = await app.call("POST", PATH);
    const dependencies = {
      lodash: "4.17.21",
      absent: "1.2.3",
      wide: ">=1",
      other: "2.0.0",
      exact: "1.0.0",
      tagged: "7.0.0",
      repository: "github:a/b",
    };
    expect(status).toBe(200);
    expect(body).toEqual({
      message: "Dependencies pinned to exact versions",
      pinned: [
        "lodash: ^4.17.0 → 4.17.21",
        "absent: ~1.2.3 → 1.2.3",
        "other: ^2.0.0 → 2.0.0",
        "tagged: latest → 7.0.0",
        "tool: ^1.0.0 → 1.5.0",
      ],
      count: 5,
      dependencies,
    });
    expect(await manifestOf(app)).toEqual({
      dependencies,
      devDependencies: { tool: "1.5.0" },
      peerDependencies: { lodash: "^4.0.0" },
    });
    expect((await app.call("POST", PATH, {})).body).toEqual({
      message: "All dependencies are already pinned to exact versions",
      pinned: [],
      count: 0,
    });
  });

  test("names choose which", async () => {
    await using app = await testApp({ files: FILES });
    const { body } = await app.call("POST", PATH, { packages: ["tool"] });
    expect(body.pinned).toEqual(["tool: ^1.0.0 → 1.5.0"]);
    expect((await app.call("POST", PATH, { packages: [] })).body.count).toBe(0);
  });

  test.each<[object, string]>([
    [{ packages: "lodash" }, "packages"],
    [{ packages: [1] }, "packages.0"],
    [{ packages: ["lodash", "never-listed"] }, "packages.1"],
    [{ packages: ["../x"] }, "packages.0"],
  ])("%j is refused and changes nothing", async (sent, field) => {
    await using app = await testApp({ files: FILES });
    const { status, body } = await app.call("POST", PATH, sent);
    expect([status, body.code, body.details.field]).toEqual([400, "VALIDATION_ERROR", field]);
    expect(JSON.stringify(await manifestOf(app))).toBe(FILES["package.json"]);
  });

  test("one that does not parse is 409, and stays as it is", async () => {
    await using app = await testApp({ files: { "package.json": "{ oops" } });
    const { status, body } = await app.call("POST", PATH, {});
    expect([status, body.code]).toEqual([409, "ERROR_409"]);
    expect(await Bun.file(join(app.scripts.path, "package.json")).text()).toBe("{ oops");
  });

  scenario("without a package.json it is 404", {
    request: ["POST", PATH, {}],
    status: 404,
    body: { error: "package.json not found" },
  });
});

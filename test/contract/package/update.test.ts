import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type TestApp, testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/package/update";
const CONTENT = {
  name: "mine",
  scripts: { x: "old" },
  dependencies: { b: "^1.0.0", a: "1.0.0" },
  devDependencies: { c: "1.0.0" },
  license: "MIT",
};
const TEXT = `${JSON.stringify(CONTENT, null, 4)}\n`;

const appWith = (text = TEXT) => testApp({ files: { "package.json": text } });
const textOf = (app: TestApp) => Bun.file(join(app.scripts.path, "package.json")).text();

describe("package.update", () => {
  test("changes what is named, says each change, and keeps the rest with its layout", async () => {
    await using app = await appWith();
    const { status, body } = await app.call("POST", PATH, {
      dependencies: { b: "^2.0.0", d: ">=1 <3", c: "latest" },
      scripts: { x: "new", y: "z" },
      metadata: { license: null, author: "me", name: "mine" },
      remove: ["a", "never-listed"],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      message: "package.json updated successfully",
      changes: [
        "Removed a",
        "Changed b: ^1.0.0 → ^2.0.0",
        "Added d: >=1 <3",
        "Added c: latest",
        "Changed script x",
        "Added script y",
        "Removed member license",
        "Set author",
      ],
      changeCount: 8,
      dependencies: { b: "^2.0.0", c: "latest", d: ">=1 <3" },
    });
    const content = {
      name: "mine",
      scripts: { x: "new", y: "z" },
      dependencies: { b: "^2.0.0", c: "latest", d: ">=1 <3" },
      devDependencies: {},
      author: "me",
    };
    expect(await textOf(app)).toBe(`${JSON.stringify(content, null, 4)}\n`);
    expect(await app.scripts.list()).toEqual(["package.json"]);
  });

  test.each<[object, object]>([
    [{ dependencies: '{"d":"1"}' }, { a: "1.0.0", b: "^1.0.0", d: "1" }],
    [{ remove: "a" }, { b: "^1.0.0" }],
    [{ remove: "a, b" }, {}],
    [{ remove: ["c"] }, { a: "1.0.0", b: "^1.0.0" }],
  ])("%j is another spelling", async (sent, dependencies) => {
    await using app = await appWith();
    const { status, body } = await app.call("POST", PATH, sent);
    expect([status, body.dependencies]).toEqual([200, dependencies]);
  });

  test.each<[object | undefined]>([
    [undefined],
    [{}],
    [{ remove: "never-listed" }],
    [{ dependencies: { a: "1.0.0" } }],
    [{ scripts: {}, metadata: { license: "MIT", nothing: null } }],
  ])("%j changes nothing and does not touch the file", async (sent) => {
    const odd = TEXT.replace('"MIT"', '   "MIT"');
    await using app = await appWith(odd);
    const { status, body } = await app.call("POST", PATH, sent);
    expect([status, body.changes, body.changeCount]).toEqual([200, [], 0]);
    expect(await textOf(app)).toBe(odd);
  });

  test.each<[unknown, string]>([
    [{ dependencies: [] }, "dependencies"],
    [{ dependencies: "{ oops" }, "dependencies"],
    [{ dependencies: 5 }, "dependencies"],
    [{ dependencies: { d: 1 } }, "dependencies.d"],
    [{ dependencies: { "../d": "1" } }, "dependencies"],
    [{ dependencies: { "-g": "1" } }, "dependencies"],
    [{ dependencies: { "hoody-sdk": "1" } }, "dependencies.hoody-sdk"],
    [{ dependencies: { d: "file:../d" } }, "dependencies.d"],
    [{ dependencies: { d: "git+ssh://git@127.0.0.1/d.git" } }, "dependencies.d"],
    [{ dependencies: { d: "npm:other@1" } }, "dependencies.d"],
    [{ dependencies: { d: "" } }, "dependencies.d"],
    [{ scripts: { x: null } }, "scripts.x"],
    [{ scripts: [] }, "scripts"],
    [{ metadata: "x" }, "metadata"],
    [{ metadata: { dependencies: { d: "file:x" } } }, "metadata"],
    [{ metadata: { overrides: {} } }, "metadata"],
    [{ metadata: { trustedDependencies: ["d"] } }, "metadata"],
    [{ metadata: { name: "../x" } }, "metadata.name"],
    [{ metadata: { version: "one" } }, "metadata.version"],
    [{ remove: 5 }, "remove"],
    [{ remove: [1] }, "remove.0"],
    [{ remove: ["a", "../b"] }, "remove.1"],
  ])("%j is refused and changes nothing", async (sent, field) => {
    await using app = await appWith();
    const { status, body } = await app.call("POST", PATH, sent);
    expect([status, body.code, body.details.field]).toEqual([400, "VALIDATION_ERROR", field]);
    expect(await textOf(app)).toBe(TEXT);
  });

  scenario("without a package.json it is 404 and none is made", {
    request: ["POST", PATH, { remove: "a" }],
    status: 404,
    body: { error: "package.json not found" },
    filesAfter: [],
  });

  scenario("a broken one is 409", {
    files: { "package.json": "{ oops" },
    request: ["POST", PATH, { remove: "a" }],
    status: 409,
    body: { code: "ERROR_409" },
  });

  test("twenty at the same time lose nothing", async () => {
    await using app = await appWith("{}");
    const names = Array.from({ length: 20 }, (_, each) => `p${each}`);
    await Promise.all(names.map((name) => app.call("POST", PATH, { dependencies: { [name]: "1" } })));
    expect(Object.keys(JSON.parse(await textOf(app)).dependencies)).toEqual([...names].sort());
  });
});

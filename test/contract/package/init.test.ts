import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/package/init";

describe("package.init", () => {
  test.each<[object | undefined, object]>([
    [undefined, { name: "hoody-exec-project", version: "1.0.0", description: "Hoody Exec project" }],
    [
      { name: "@team/mine", version: "2.0.0-rc.1", description: "" },
      { name: "@team/mine", version: "2.0.0-rc.1", description: "" },
    ],
  ])("creates the file: %j", async (sent, expected) => {
    await using app = await testApp();
    const content = { ...expected, dependencies: {} };
    expect(await app.call("POST", PATH, sent)).toMatchObject({
      status: 200,
      body: { message: "package.json created successfully", path: "package.json", content, created: true },
    });
    const text = await Bun.file(join(app.scripts.path, "package.json")).text();
    expect(text).toBe(`${JSON.stringify(content, null, 2)}\n`);
    expect(await app.scripts.list()).toEqual(["package.json"]);
  });

  test("one that is there is kept with 409, and replaced with force, whatever it holds", async () => {
    await using app = await testApp({ files: { "package.json": "{ oops" } });
    const file = join(app.scripts.path, "package.json");
    expect(await app.call("POST", PATH, {})).toMatchObject({
      status: 409,
      body: { error: "package.json already exists", code: "ERROR_409" },
    });
    expect(await Bun.file(file).text()).toBe("{ oops");
    expect((await app.call("POST", PATH, { force: true })).status).toBe(200);
    expect((await Bun.file(file).json()).name).toBe("hoody-exec-project");
  });

  test("force replaces a link and leaves what it led to alone", async () => {
    await using elsewhere = await testApp({ files: { "package.json": "{}" } });
    await using app = await testApp();
    const [target, file] = [elsewhere, app].map(({ scripts }) => join(scripts.path, "package.json"));
    await symlink(target ?? "", file ?? "");
    expect((await app.call("POST", PATH, {})).status).toBe(409);
    expect((await app.call("POST", PATH, { force: true })).status).toBe(200);
    expect(await Bun.file(target ?? "").text()).toBe("{}");
    expect((await app.call("GET", "/api/v1/exec/package/read")).status).toBe(200);
  });

  scenario("a directory in its place is told, not removed", {
    files: { "package.json/a": "" },
    request: ["POST", PATH, { force: true }],
    status: 409,
    body: { details: { reason: "it is a directory" } },
    filesAfter: ["package.json/a"],
  });

  test.each<[object, string]>([
    [{ name: "" }, "name"],
    [{ name: "../x" }, "name"],
    [{ name: 5 }, "name"],
    [{ version: "1" }, "version"],
    [{ version: "^1.0.0" }, "version"],
    [{ version: null }, "version"],
    [{ description: {} }, "description"],
    [{ force: "true" }, "force"],
  ])("%j is refused and creates nothing", async (sent, field) => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", PATH, sent);
    expect([status, body.code, body.details.field]).toEqual([400, "VALIDATION_ERROR", field]);
    expect(await app.scripts.list()).toEqual([]);
  });

  test("what would be too large to be read again is refused", async () => {
    await using app = await testApp();
    const { status, body } = await app.call("POST", PATH, { description: "x".repeat(1024 * 1024) });
    expect([status, body.error]).toEqual([400, "package.json would be larger than 1048576 bytes"]);
    expect(await app.scripts.list()).toEqual([]);
  });
});

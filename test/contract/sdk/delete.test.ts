import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiDocument, apiSource } from "../../support/api-source.ts";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const SDK = "/api/v1/exec/sdk";

async function imported(files: Readonly<Record<string, string>> = {}, execId = "pets") {
  await using api = await apiSource(apiDocument({ "/a": ["get", "put"], "/deep/er/{id}": ["get"] }));
  const app = await testApp({ flags: ["--sdk-import-allow-local"], files });
  const middleware = { pre: "return null" };
  await app.call("POST", `${SDK}/import`, { execId, source_url: api.document, middleware });
  return app;
}

describe("sdk.delete", () => {
  test("removes everything that was imported, and the directories that are empty then", async () => {
    await using app = await imported();
    expect((await app.fetch("/pets/a", { method: "POST" })).status).toBe(405);
    const { status, body } = await app.call("DELETE", `${SDK}/pets`);
    expect(status).toBe(200);
    expect(body).toEqual({ message: "SDK deleted", removed: { marker: true, files: 5, directory: true } });
    expect(await app.scripts.list()).toEqual([]);
    expect(existsSync(join(app.scripts.path, "default/pets"))).toBe(false);
    expect((await app.fetch("/pets/a")).status).toBe(404);
    expect((await app.call("DELETE", `${SDK}/pets`)).status).toBe(404);
  });

  test("leaves what others have put beside it", async () => {
    const own = ["default/pets/_default.env", "default/pets/deep/mine.ts", "default/pets/notes.md"];
    await using app = await imported(Object.fromEntries(own.map((file) => [file, ""])));
    const { body } = await app.call("DELETE", `${SDK}/pets`);
    expect(body.removed).toEqual({ marker: true, files: 5, directory: false });
    expect(await app.scripts.list()).toEqual(own);
  });

  test("files that are gone already are not counted", async () => {
    await using app = await imported();
    await app.call("DELETE", "/api/v1/exec/scripts/delete?execId=pets&path=a.ts&confirm=true");
    expect((await app.call("DELETE", `${SDK}/pets`)).body.removed.files).toBe(4);
  });

  test("the default deployment keeps its directory", async () => {
    await using app = await imported({}, "1");
    expect((await app.call("DELETE", `${SDK}/1`)).body.removed.directory).toBe(false);
    expect(existsSync(join(app.scripts.path, "default/1"))).toBe(true);
  });

  test("a marker that was edited reaches nothing outside of its deployment", async () => {
    const others = ["default/1/a.ts", "default/pets/mine.txt", "package.json", "default/pets/_hoody/x.ts"];
    await using app = await imported(Object.fromEntries(others.map((file) => [file, "x"])));
    const paths = [
      "../1/a.ts",
      "/etc/x.ts",
      "../../package.json",
      "mine.txt",
      "_hoody/x.ts",
      "./../1/a.ts",
      "x\\y.ts",
    ];
    const marker = { source_url: "x", files: Object.fromEntries(paths.map((path) => [path, ["hash"]])) };
    await writeFile(join(app.scripts.path, "default/pets/.sdk.json"), JSON.stringify(marker));
    expect((await app.call("DELETE", `${SDK}/pets`)).body.removed.files).toBe(0);
    expect(await app.scripts.list()).toEqual(expect.arrayContaining(others));
  });

  for (const id of ["none", ":id", "a%2Fb", "1"]) {
    scenario(`${id} is no SDK, and nothing is removed`, {
      files: { "default/1/a.ts": "return 1" },
      request: ["DELETE", `${SDK}/${id}`],
      status: 404,
      body: { error: "SDK not found" },
      filesAfter: ["default/1/a.ts"],
    });
  }
});

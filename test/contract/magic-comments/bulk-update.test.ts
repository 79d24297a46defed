import { expect, test } from "bun:test";
import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ScriptChange } from "../../../src/scripts/changes.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const URL_PATH = "/api/v1/exec/magic-comments/bulk-update";

const files = {
  "default/1/a.ts": "// @timeout 1\nreturn 'a';",
  "default/1/b.js": "return 'b';",
  "default/1/users/c.ts": "return 'c';",
  "default/1/notes.md": "notes",
  "default/1/node_modules/m/d.ts": "return 'd';",
  "default/2/e.ts": "// @token hush-1\nreturn 'e';",
  "default/2/f.ts": "return 'f';",
};

async function stored(app: TestApp, file: string): Promise<string> {
  return readFile(join(app.scripts.path, file), "utf8");
}

test("every script of the deployment with the extension is changed, and the answer has exactly the keys", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("POST", URL_PATH, { execId: "1", comments: { timeout: 5 } });
  expect(status).toBe(200);
  expect(body).toEqual({
    dry_run: false,
    directory: "",
    execId: "1",
    recursive: true,
    comments: { timeout: 5 },
    results: {
      total: 2,
      updated: 2,
      failed: 0,
      files: { updated: ["default/1/a.ts", "default/1/users/c.ts"], failed: [] },
    },
    message: "Magic comments updated successfully",
  });
  expect(await stored(app, "default/1/a.ts")).toBe("// @timeout 5\nreturn 'a';");
  expect(await stored(app, "default/1/users/c.ts")).toBe("// @timeout 5\nreturn 'c';");
  for (const file of [
    "default/1/b.js",
    "default/1/notes.md",
    "default/1/node_modules/m/d.ts",
    "default/2/f.ts",
  ]) {
    expect(await stored(app, file)).toBe(files[file as keyof typeof files]);
  }
});

test("a dry run tells what each file would become, and writes nothing", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("POST", URL_PATH, {
    execId: "1",
    comments: { timeout: 5 },
    dry_run: true,
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    dry_run: true,
    directory: "",
    execId: "1",
    recursive: true,
    comments: { timeout: 5 },
    would_affect: {
      total: 2,
      files: [
        {
          file: "default/1/a.ts",
          current: { timeout: 1 },
          proposed: { timeout: 5 },
          changes: ["timeout: 1 → 5"],
        },
        {
          file: "default/1/users/c.ts",
          current: {},
          proposed: { timeout: 5 },
          changes: ["timeout: (unset) → 5"],
        },
      ],
    },
    message: "Preview only - set dry_run=false to apply changes",
  });
  expect(await stored(app, "default/1/a.ts")).toBe(files["default/1/a.ts"]);
});

test("a file that cannot be changed is reported and keeps no other from it", async () => {
  await using app = await testApp({ files });
  const request = { execId: "2", comments: { token: "[REDACTED]", label: "x" } };
  const error = "Cannot keep @token: nothing is stored behind [REDACTED]";
  const preview = await app.call("POST", URL_PATH, { ...request, dry_run: true });
  expect(preview.body.would_affect.files).toContainEqual({ file: "default/2/f.ts", error });

  const { status, body } = await app.call("POST", URL_PATH, request);
  expect(status).toBe(200);
  expect(body.results).toEqual({
    total: 2,
    updated: 1,
    failed: 1,
    files: { updated: ["default/2/e.ts"], failed: [{ file: "default/2/f.ts", error }] },
  });
  expect(await stored(app, "default/2/e.ts")).toBe("// @token hush-1\n// @label x\nreturn 'e';");
  expect(await stored(app, "default/2/f.ts")).toBe(files["default/2/f.ts"]);
});

test("secrets of request and files stay hidden", async () => {
  await using app = await testApp({ files });
  for (const dry_run of [true, false]) {
    const { status, body } = await app.call("POST", URL_PATH, {
      execId: "2",
      comments: { token: "hush-2", "ai-key": "hush-3", label: "x" },
      dry_run,
    });
    expect(status).toBe(200);
    expect(body.comments).toEqual({ token: "[REDACTED]", "ai-key": "[REDACTED]", label: "x" });
    expect(JSON.stringify(body)).not.toContain("hush");
  }
});

test("a script that says so already is neither written nor counted", async () => {
  await using app = await testApp({ files });
  const changes: ScriptChange[] = [];
  const unsubscribe = app.services.scripts.changes.subscribe((change) => changes.push(change));
  const { body } = await app.call("POST", URL_PATH, { execId: "1", comments: { timeout: "1ms" } });
  unsubscribe();
  expect(body.results).toEqual({
    total: 1,
    updated: 1,
    failed: 0,
    files: { updated: ["default/1/users/c.ts"], failed: [] },
  });
  expect(changes.filter(byApi)).toEqual([{ kind: "written", file: "default/1/users/c.ts", origin: "api" }]);
});

test("without recursive only the directory itself is changed", async () => {
  await using app = await testApp({ files });
  const { body } = await app.call("POST", URL_PATH, {
    execId: "1",
    comments: { label: "x" },
    recursive: false,
  });
  expect(body.recursive).toBe(false);
  expect(body.results.files.updated).toEqual(["default/1/a.ts"]);
});

test("another extension may be named, with or without its dot", async () => {
  await using app = await testApp({ files });
  for (const [extension, label] of [
    [".js", "x"],
    ["js", "y"],
  ]) {
    const { body } = await app.call("POST", URL_PATH, { execId: "1", comments: { label }, extension });
    expect(body.results.files.updated).toEqual(["default/1/b.js"]);
  }
});

test("a directory lies in the deployment of the Host, else below the scripts directory", async () => {
  await using app = await testApp({ files });
  const inDeployment = await app.call("POST", URL_PATH, { directory: "users", comments: { label: "x" } });
  expect(inDeployment.body).toMatchObject({ directory: "users", execId: "" });
  expect(inDeployment.body.results.files.updated).toEqual(["default/1/users/c.ts"]);
  const belowRoot = await app.call("POST", URL_PATH, { directory: "default/2", comments: { label: "x" } });
  expect(belowRoot.body.results.files.updated).toEqual(["default/2/e.ts", "default/2/f.ts"]);
});

test("execId beats directory", async () => {
  await using app = await testApp({ files });
  const { body } = await app.call("POST", URL_PATH, {
    directory: "users",
    execId: "2",
    comments: { label: "x" },
  });
  expect(body).toMatchObject({ directory: "users", execId: "2" });
  expect(body.results.files.updated).toEqual(["default/2/e.ts", "default/2/f.ts"]);
});

test("links are not followed and not replaced", async () => {
  await using app = await testApp({ files });
  await symlink("../2/f.ts", join(app.scripts.path, "default/1/link.ts"));
  const { body } = await app.call("POST", URL_PATH, { execId: "1", comments: { label: "x" } });
  expect(body.results.files.updated).toEqual(["default/1/a.ts", "default/1/users/c.ts"]);
  expect(await stored(app, "default/2/f.ts")).toBe(files["default/2/f.ts"]);
});

scenario("a call that names no place is refused", {
  files,
  request: ["POST", URL_PATH, { comments: { label: "x" }, directory: "", execId: "" }],
  status: 400,
  body: {
    error: "Either directory or execId is required",
    code: "VALIDATION_ERROR",
    details: { examples: { by_execId: expect.any(Object), by_directory: expect.any(Object) } },
  },
});

scenario("a call without comments is refused", {
  files,
  request: ["POST", URL_PATH, { execId: "1" }],
  status: 400,
  body: { error: "comments object is required", code: "VALIDATION_ERROR" },
});

scenario("an absent directory is 404", {
  files,
  request: ["POST", URL_PATH, { directory: "absent", comments: { label: "x" } }],
  status: 404,
  body: { error: "Directory not found", code: "ERROR_404" },
});

test("an absent deployment is 404 and nothing else is touched", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("POST", URL_PATH, { execId: "9", comments: { label: "x" } });
  expect(status).toBe(404);
  expect(body.error).toBe("Directory not found");
  for (const [file, text] of Object.entries(files)) expect(await stored(app, file)).toBe(text);
});

test("a value that no file could take is refused before any file is touched", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("POST", URL_PATH, {
    execId: "1",
    comments: { label: "x", mode: "y" },
  });
  expect(status).toBe(400);
  expect(body.error).toStartWith("Cannot set @mode");
  for (const [file, text] of Object.entries(files)) expect(await stored(app, file)).toBe(text);
});

for (const directory of ["..", "../..", "/etc", "users/../../2", "%2e%2e/2"]) {
  scenario(`a directory outside the scripts directory is 403: ${directory}`, {
    files,
    request: ["POST", URL_PATH, { directory, comments: { label: "x" } }],
    status: 403,
    body: { code: "ERROR_403" },
  });
}

scenario("a reserved directory is 403", {
  files,
  request: ["POST", URL_PATH, { directory: "node_modules", comments: { label: "x" } }],
  status: 403,
  body: { error: "Directory is excluded from script discovery", code: "ERROR_403" },
});

for (const execId of ["..", "A", "a/b", "x".repeat(65)]) {
  scenario(`an execId that is none is refused: ${execId.slice(0, 10)}`, {
    files,
    request: ["POST", URL_PATH, { execId, comments: { label: "x" } }],
    status: 400,
    body: { code: "VALIDATION_ERROR", details: { field: "execId" } },
  });
}

scenario("an extension of other files is refused", {
  files,
  request: ["POST", URL_PATH, { execId: "1", extension: ".json", comments: { label: "x" } }],
  status: 400,
  body: { error: "extension must be .ts or .js" },
});

/** The watcher may still be telling of the files that the test began with. */
function byApi(change: ScriptChange): boolean {
  return change.kind === "reset" || change.origin === "api";
}

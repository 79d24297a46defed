import { expect, test } from "bun:test";
import { mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { createDocument } from "../../src/api/document.ts";
import { OPERATIONS } from "../../src/api/operations.ts";
import { type TestApp, testApp } from "../support/app.ts";
import { readDocument } from "./document/calls.ts";

/** How many attacks every operation has to stand. */
const ATTACKS = 2000;

/** Stands in every file that no call may read. */
const CANARY = "canary-1f0c2b";

const API = "/api/v1/exec";

/** Every operation that takes a path, called with one. */
const CALLS: Readonly<Record<string, (app: TestApp, path: string) => Promise<Response>>> = {
  "scripts/read": (app, path) => get(app, "scripts/read", { path }),
  "scripts/write": (app, path) => post(app, "scripts/write", { path, content: "return 1", validate: false }),
  "scripts/write without directories": (app, path) =>
    post(app, "scripts/write", { path, content: "return 1", validate: false, createDirs: false }),
  "scripts/list": (app, dir) =>
    get(app, "scripts/list", { dir, recursive: "true", include_comments: "true" }),
  "scripts/tree": (app, baseDir) => post(app, "scripts/tree", { baseDir, includeMetadata: true }),
  "scripts/move from": (app, from) => post(app, "scripts/move", { from, to: "moved.js", overwrite: true }),
  "scripts/move to": async (app, to) => {
    await post(app, "scripts/write", { path: "source.js", content: "return 1" });
    return post(app, "scripts/move", { from: "source.js", to, overwrite: true });
  },
  "scripts/delete": (app, path) => get(app, "scripts/delete", { path, confirm: "true" }, "DELETE"),
  "magic-comments/read": (app, path) => get(app, "magic-comments/read", { path }),
  "magic-comments/update": (app, path) =>
    post(app, "magic-comments/update", { path, comments: { label: "x" }, dry_run: false }),
  "magic-comments/bulk-update": (app, directory) =>
    post(app, "magic-comments/bulk-update", {
      directory,
      comments: { label: "x" },
      dry_run: false,
      recursive: true,
    }),
  "route/resolve": (app, path) => post(app, "route/resolve", { path }),
  "route/test": (app, path) => post(app, "route/test", { paths: [path] }),
  "route/discover": (app, baseDir) => post(app, "route/discover", { baseDir, includeMetadata: true }),
  "validate/dependencies": (app, path) =>
    post(app, "validate/dependencies", { code: `require(${JSON.stringify(path)})` }),
  "cache/clear": (app, path) => post(app, "cache/clear", { hostname: path }),
  "templates/preview": (app, name) => get(app, "templates/preview", { name }),
  "templates/generate": (app, outputPath) =>
    post(app, "templates/generate", {
      name: "json-api",
      saveFile: true,
      outputPath,
      variables: { resource: "items" },
    }),
  "templates/create-custom": (app, name) => post(app, "templates/create-custom", { name, code: "return 1" }),
  "templates/update-custom": (app, name) =>
    at(app, `templates/update-custom/${encodeURIComponent(name)}`, "PUT", { code: "return 2" }),
  "templates/delete-custom": (app, name) =>
    at(app, `templates/delete-custom/${encodeURIComponent(name)}`, "DELETE"),
  "user-openapi/list": (app, dir) => get(app, "user-openapi/list", { dir }),
  "user-openapi/generate": (app, directory) => post(app, "user-openapi/generate", { directory }),
  "user-openapi/spec": (app, dir) => get(app, "user-openapi/spec", { dir }),
  "user-openapi/schema": (app, file) => get(app, "user-openapi/schema", { file }),
  "user-openapi/validate": (app, file) => post(app, "user-openapi/validate", { file }),
  "user-openapi/merge": (app, directory) => post(app, "user-openapi/merge", { directories: [directory] }),
  "logs/read": (app, file) => post(app, "logs/read", { file }),
  "logs/search": (app, file) => post(app, "logs/search", { file, query: "canary" }),
  "logs/stream": (app, file) => get(app, "logs/stream", { file, follow: "false" }),
  "logs/clear": (app, file) => get(app, "logs/clear", { file, confirm: "true" }, "DELETE"),
  "schedules/trigger": (app, scriptPath) => post(app, "schedules/trigger", { scriptPath }),
  "schedules/history": (app, scriptPath) => get(app, "schedules/history", { scriptPath }),
  "monitor/script-performance": (app, scriptPath) => post(app, "monitor/script-performance", { scriptPath }),
  "sdk/import": (app, execId) =>
    post(app, "sdk/import", { execId, source_url: "https://127.0.0.1/openapi.json" }),
  "sdk/{id}": (app, id) => at(app, `sdk/${encodeURIComponent(id)}`, "GET"),
  "sdk/{id} deleted": (app, id) => at(app, `sdk/${encodeURIComponent(id)}`, "DELETE"),
};

/** Fields that name a file, a directory or a deployment. */
const PATH_FIELDS =
  /^(path|paths|file|dir|directory|directories|baseDir|from|to|outputPath|scriptPath|name|id|execId)$/;

/** Operations with such a field that leads to no file. */
const NOT_A_PATH: ReadonlySet<string> = new Set([
  "shared-state/get",
  "shared-state/set",
  "shared-state/clear",
  "package/init",
]);

test("every operation that takes a path or a name is attacked", () => {
  const attacked = Object.keys(CALLS).map((name) => name.split(" ", 1)[0] as string);
  const { operations, resolve } = readDocument(createDocument(OPERATIONS, "0"));
  const spared = operations
    .filter(({ parameters, body }) => {
      const fields = [
        ...parameters.map(({ name }) => name),
        ...Object.keys(body ? (resolve(body).properties ?? {}) : {}),
      ];
      return fields.some((field) => PATH_FIELDS.test(field));
    })
    .map(({ path }) => path.slice(`${API}/`.length))
    .filter((path) => !attacked.some((name) => path === name || path.startsWith(`${name}/{`)))
    .filter((path) => !NOT_A_PATH.has(path));
  expect(spared).toEqual([]);
});

/** Ways out of the scripts root, before they are disguised. `{root}` and `{outside}` are absolute paths. */
const ways = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("", "a/", "dir/", "./", "a/./b/"),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom("outside/secret.js", "outside", "etc/passwd", "outside/new.js", ""),
    )
    .map(([start, depth, target]) => `${start}${"../".repeat(depth)}${target}`),
  fc.constantFrom(
    "{outside}/secret.js",
    "{outside}/new.js",
    "{outside}",
    "{root}/../outside/secret.js",
    "{root}-2/x.js",
  ),
  fc.constantFrom("{root}/default/1/out/secret.js", "/etc/passwd", "//etc/passwd", "/proc/self/environ"),
  fc
    .tuple(
      fc.constantFrom("out", "file.js", "dangling", "hop", "loop", "up"),
      fc.constantFrom(
        "",
        "/",
        "/secret.js",
        "/new.js",
        "/new/deep.js",
        "/../outside/secret.js",
        "/default/1/out/secret.js",
      ),
    )
    .map(([link, tail]) => link + tail),
  fc
    .tuple(
      fc.constantFrom("", "a/", "dir/"),
      fc.constantFrom("node_modules", ".git", "_sdk", "_hoody", ".hoody-cache"),
    )
    .map(([start, name]) => `${start}${name}/secret.js`),
  fc.string({
    unit: fc.constantFrom(".", "/", "\\", "\0", "%", "2", "e", "f", "a", "~", " "),
    maxLength: 12,
  }),
);

/** What is done to a way out to get it past a check. */
const disguises = fc.array(
  fc.constantFrom<(path: string) => string>(
    (path) => encodeURIComponent(path),
    (path) => path.replaceAll(".", "%2e"),
    (path) => path.replaceAll("/", "%2F"),
    (path) => path.replaceAll("%", "%25"),
    (path) => path.replaceAll("/", "\\"),
    (path) => path.replaceAll("../", "....//"),
    (path) => path.replaceAll("/", "//"),
    (path) => path.replaceAll(".", "%c0%ae"),
    (path) => path.replaceAll("_", "%5f"),
    (path) => `${path}\0.js`,
    (path) => `${path}%00.js`,
    (path) => `/${path}`,
    (path) => `default/1/${path}`,
    (path) => path.toUpperCase(),
    (path) => `${path}/`,
    (path) => `${path}${"x".repeat(300)}`,
    (path) => `${"./".repeat(3000)}${path}`,
  ),
  { maxLength: 3 },
);

const attacks = fc
  .tuple(ways, disguises)
  .map(([way, changes]) => changes.reduce((path, change) => change(path), way));

test(`${ATTACKS} path attacks on every operation read and write nothing outside, and never answer 5xx`, async () => {
  await using app = await testApp();
  const root = app.scripts.path;
  const outside = join(root, "../outside");
  await layTraps(root, outside);
  const before = await imageOf(dirname(root), root);

  await fc.assert(
    fc.asyncProperty(attacks, async (attack) => {
      const path = attack.replaceAll("{root}", root).replaceAll("{outside}", outside);
      for (const [name, call] of Object.entries(CALLS)) {
        const response = await call(app, path);
        const text = await response.text();
        expect({ name, isOk: response.status < 500 }).toEqual({ name, isOk: true });
        expect({ name, isRead: text.includes(CANARY) }).toEqual({ name, isRead: false });
      }
    }),
    { numRuns: ATTACKS, verbose: 1 },
  );

  expect(await imageOf(dirname(root), root)).toEqual(before);
  for (const name of ["node_modules", ".git", "_sdk"]) {
    expect(await readdir(join(root, "default/1", name))).toEqual(["secret.js"]);
  }
}, 180_000); // Some 30,000 calls; a minute on a busy machine.

/** Secrets outside, links that lead to them, and secrets in reserved directories. */
async function layTraps(root: string, outside: string): Promise<void> {
  const own = join(root, "default/1");
  await mkdir(join(outside, "empty"), { recursive: true });
  await Bun.write(join(outside, "secret.js"), `// @label ${CANARY}\nreturn "${CANARY}";\n`);
  await Bun.write(join(outside, "secret.ts"), `return "${CANARY}";\n`);
  for (const name of ["node_modules", ".git", "_sdk"]) {
    await Bun.write(join(own, name, "secret.js"), `// @label ${CANARY}\nreturn "${CANARY}";\n`);
  }
  await symlink(outside, join(own, "out"));
  await symlink("out", join(own, "hop"));
  await symlink("loop", join(own, "loop"));
  await symlink(join(outside, "secret.js"), join(own, "file.js"));
  await symlink(join(outside, "not-there"), join(own, "dangling"));
  await symlink(root, join(own, "up"));
}

/** Names, contents and times of everything in a directory but one part of it. */
async function imageOf(directory: string, except: string): Promise<Record<string, string>> {
  const image: Record<string, string> = {};
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (path === except) continue;
    if (entry.isDirectory()) Object.assign(image, { [path]: "directory" }, await imageOf(path, except));
    else image[path] = `${(await stat(path)).mtimeMs} ${await readFile(path, "utf8")}`;
  }
  return image;
}

function get(
  app: TestApp,
  operation: string,
  query: Record<string, string>,
  method = "GET",
): Promise<Response> {
  return app.fetch(`${API}/${operation}?${new URLSearchParams(query)}`, { method });
}

/** A call whose path holds the attack. */
function at(app: TestApp, path: string, method: string, body?: unknown): Promise<Response> {
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return app.fetch(`${API}/${path}`, { method, ...(body === undefined ? {} : json) });
}

function post(app: TestApp, operation: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return app.fetch(`${API}/${operation}`, { method: "POST", headers, body: JSON.stringify(body) });
}

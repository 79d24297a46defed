import { describe, expect, test } from "bun:test";
import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { RouteTable } from "../../../src/routing/route-table.ts";
import { toDeployment } from "../../../src/scripts/deployment.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";

const APP = toDeployment("app", "2");

function tableOf(directory: TempDir): RouteTable {
  const table = new RouteTable({ root: directory.path });
  table.rebuild();
  return table;
}

/** A table over files that exist by name only. */
function tableWith(...files: readonly string[]): RouteTable {
  const table = new RouteTable({ root: "/nowhere" });
  for (const file of files) table.apply({ kind: "written", file, origin: "disk" });
  return table;
}

/** File and root of a match, or null. */
function found(table: RouteTable, path: string, deployment = APP): string | null {
  const result = table.resolve(
    deployment,
    path.split("/").filter((segment) => segment !== ""),
  );
  return result.kind === "miss"
    ? null
    : `${result.match.file} in "${result.match.baseDir}" ${result.match.type}`;
}

describe("candidate roots", () => {
  test("the first root with a match wins, even if a later one is more specific", () => {
    const files = ["app/2/[x].ts", "app/hello.ts", "2/hello.ts", "hello.ts"];
    expect(found(tableWith(...files), "/hello")).toBe('app/2/[x].ts in "app/2" dynamic');
    expect(found(tableWith(...files.slice(1)), "/hello")).toBe('app/hello.ts in "app" static');
    expect(found(tableWith(...files.slice(2)), "/hello")).toBe('2/hello.ts in "2" static');
    expect(found(tableWith(...files.slice(3)), "/hello")).toBe('hello.ts in "" static');
    expect(found(tableWith(), "/hello")).toBeNull();
  });

  test("a script beside a root is not the root's index", () => {
    expect(found(tableWith("app/2.ts"), "/")).toBeNull();
    expect(found(tableWith("app/2.ts", "app/2/index.ts"), "/")).toBe('app/2/index.ts in "app/2" static');
  });

  test(".exclusive limits the search to the deployment and turns fallbacks off", () => {
    const table = tableWith(
      "app/2/.exclusive",
      "app/2/own.ts",
      "app/hello.ts",
      "hello.ts",
      "app.ts",
      "index.ts",
    );
    expect(found(table, "/own")).toBe('app/2/own.ts in "app/2" static');
    expect(found(table, "/hello")).toBeNull();
    expect(table.resolve(APP, ["hello"])).toEqual({
      kind: "miss",
      tried: ["app/2/hello.ts", "app/2/hello.js", "app/2/hello/index.ts", "app/2/hello/index.js"],
      triedDirectories: ["app/2"],
    });
    expect(found(table, "/hello", toDeployment("app", "3"))).toBe('app/hello.ts in "app" static');
  });
});

describe("fallbacks", () => {
  test("are tried in their order when nothing matches, whatever the path", () => {
    const files = ["app.ts", "app.js", "app/index.ts", "app/index.js", "index.ts", "index.js"];
    for (const [at, file] of files.entries()) {
      expect(found(tableWith(...files.slice(at)), "/no/such")).toStartWith(file);
    }
    expect(found(tableWith("app.ts"), "/no/such")).toBe('app.ts in "" fallback');
    expect(tableWith("app/index.ts", "app/pre.ts").resolve(APP, ["x"])).toMatchObject({
      kind: "match",
      match: {
        routePattern: "/*",
        parameters: {},
        type: "fallback",
        baseDir: "app",
        pre: "app/pre.ts",
        post: null,
      },
    });
  });
});

describe("a match", () => {
  test("carries the middleware of the script's own directory only", () => {
    const table = tableWith(
      "app/2/pre.js",
      "app/2/post.ts",
      "app/2/post.js",
      "app/2/a.ts",
      "app/2/sub/index.ts",
      "app/2/sub/b.ts",
      "app/2/sub/pre.ts",
      "app/2/deep/[id]/x.ts",
      "app/2/[...rest].ts",
    );
    const middleware = (path: string) => {
      const result = table.resolve(APP, path.split("/"));
      return result.kind === "match" ? [result.match.pre, result.match.post] : null;
    };
    expect(middleware("a")).toEqual(["app/2/pre.js", "app/2/post.ts"]);
    expect(middleware("sub")).toEqual(["app/2/sub/pre.ts", null]);
    expect(middleware("sub/b")).toEqual(["app/2/sub/pre.ts", null]);
    expect(middleware("deep/1/x")).toEqual([null, null]);
    expect(middleware("x/y/z")).toEqual(["app/2/pre.js", "app/2/post.ts"]);
  });
});

describe("a miss", () => {
  test("lists what would have answered, without repeating itself", () => {
    const result = tableWith().resolve(APP, []);
    expect(result).toMatchObject({ kind: "miss", triedDirectories: ["app/2", "app", "2", ""] });
    const { tried } = result as Extract<typeof result, { kind: "miss" }>;
    expect(tried.slice(0, 2)).toEqual(["app/2/index.ts", "app/2/index.js"]);
    expect(new Set(tried).size).toBe(tried.length);
    expect(tried).toContain("app.ts");
  });
});

describe("documents", () => {
  const table = tableWith(
    "app/2/guide.md",
    "app/2/a.md",
    "app/2/a.ts",
    "app/2/sub/index.md",
    "app/2/sub/index.js",
    "app/2/[id].md",
    "app/2/[id].ts",
    "app/2/a.system.md",
    "app/2/_system.md",
    "shared.md",
  );
  const rows: readonly [path: string, file: string | null, script: string | null][] = [
    ["guide.md", "app/2/guide.md", null],
    ["a.md", "app/2/a.md", "app/2/a.ts"],
    ["sub/index.md", "app/2/sub/index.md", "app/2/sub/index.js"],
    ["[id].md", "app/2/[id].md", "app/2/[id].ts"],
    ["shared.md", "shared.md", null],
    ["a.system.md", null, null],
    ["_system.md", null, null],
    ["none.md", null, null],
    ["a", null, null],
  ];
  test.each(rows)("%s is %s, guarded by %s", (path, file, script) => {
    expect(table.documentAt(APP, path.split("/"))).toEqual(file === null ? null : { file, script });
  });
});

describe("changes", () => {
  test("the version grows with the set of files, not with their content", () => {
    const table = tableWith("app/2/a.ts");
    const { version } = table;
    table.apply({ kind: "written", file: "app/2/a.ts", origin: "disk" });
    table.apply({ kind: "written", file: "app/2/_helper.ts", origin: "disk" });
    table.apply({ kind: "removed", file: "app/2/none.ts", origin: "disk" });
    expect(table.version).toBe(version);
    table.apply({ kind: "written", file: "app/2/b.ts", origin: "api" });
    expect(table.version).toBe(version + 1);
    table.apply({ kind: "removed", file: "app/2", origin: "disk" });
    expect(table.version).toBe(version + 2);
    expect(found(table, "/a")).toBeNull();
  });

  test("a reset reads the disk again, and routes alone are taken from it", async () => {
    await using directory = await tempDir();
    await using outside = await tempDir();
    await directory.write({
      "app/2/a.ts": "",
      "app/2/_x/b.ts": "",
      "node_modules/c.js": "",
      "app/2/.git/d.js": "",
    });
    await outside.write({ "secret.ts": "" });
    await symlink("a.ts", join(directory.path, "app/2/inner.ts"));
    await symlink(join(outside.path, "secret.ts"), join(directory.path, "app/2/outer.ts"));
    await symlink(outside.path, join(directory.path, "app/2/away"));
    const table = tableOf(directory);
    expect(table.discover("").map(({ file }) => file)).toEqual(["app/2/a.ts", "app/2/inner.ts"]);
    await rm(join(directory.path, "app/2/a.ts"));
    await directory.write({ "app/2/b.ts": "" });
    table.apply({ kind: "reset" });
    expect(found(table, "/a")).toBeNull();
    expect(found(table, "/b")).toBe('app/2/b.ts in "app/2" static');
  });

  test("a root that is not there has no routes", async () => {
    const table = new RouteTable({ root: "/nowhere/at/all" });
    table.rebuild();
    expect(table.discover("")).toEqual([]);
  });
});

test("discover lists the routes that answer, with patterns from where it is told", () => {
  const table = tableWith(
    "app/2/users/[id].ts",
    "app/2/users/index.ts",
    "app/2/users/[...rest]/index.ts",
    "app/2/users/[...rest]/never.ts",
    "app/2/b.ts",
    "app/2/b.js",
    "app/2/pre.ts",
    "app/2.ts",
  );
  expect(table.discover("app/2/users", { patternRoot: "app/2" })).toEqual([
    {
      file: "app/2/users/[...rest]/index.ts",
      routePattern: "/users/[...rest]",
      type: "catchall",
      parameters: ["rest"],
    },
    { file: "app/2/users/[id].ts", routePattern: "/users/[id]", type: "dynamic", parameters: ["id"] },
    { file: "app/2/users/index.ts", routePattern: "/users", type: "static", parameters: [] },
  ]);
  expect(table.discover("app/2").map(({ routePattern }) => routePattern)).toEqual([
    "/b",
    "/users/[...rest]",
    "/users/[id]",
    "/users",
  ]);
  expect(table.discover("none")).toEqual([]);
});

import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { toDeployment } from "../../../src/scripts/deployment.ts";
import { deploymentInScope, resolveInScope } from "../../../src/scripts/scope.ts";
import { tempDir } from "../../support/temp-dir.ts";

const HOST = "app.p1-c1-exec-7.node.hoody.icu";

describe("deploymentInScope", () => {
  test("nothing named is the Host's own deployment", () => {
    expect(deploymentInScope({}, HOST).key).toBe("app/7");
    expect(deploymentInScope({}, "localhost").key).toBe("default/1");
  });
  test("an exec id alone is one of default, whatever the Host", () => {
    expect(deploymentInScope({ execId: "2" }, HOST).key).toBe("default/2");
  });
  test("both together are taken as they are", () => {
    expect(deploymentInScope({ execId: "2", subdomain: "shop" }, HOST).key).toBe("shop/2");
  });
  test("a subdomain alone keeps the Host's exec id", () => {
    expect(deploymentInScope({ subdomain: "shop" }, HOST).key).toBe("shop/7");
  });
  test("a Host that cannot be read stands for default/1", () => {
    expect(deploymentInScope({}, "p-exec-1.x").key).toBe("default/1");
  });
});

describe("resolveInScope", () => {
  const deployment = toDeployment("default", "1");
  const resolve = (path: string, root = "/srv/scripts") => resolveInScope(root, path, deployment);

  test("a relative path lies in the deployment, unless it already begins with it", () => {
    expect(resolve("echo.js")).toBe("default/1/echo.js");
    expect(resolve("default/1/echo.js")).toBe("default/1/echo.js");
    expect(resolve("default/1")).toBe("default/1");
    expect(resolve("default/10/echo.js")).toBe("default/1/default/10/echo.js");
    expect(resolve("default//1/echo.js")).toBe("default/1/echo.js");
    expect(resolve("")).toBe("default/1");
  });
  test("an absolute path lies below the scripts root, in any deployment", () => {
    expect(resolve("/srv/scripts/app/2/x.js")).toBe("app/2/x.js");
    expect(() => resolve("/srv/other/x.js")).toThrow("Invalid path: must be within scripts directory");
  });
  test.each([
    "node_modules/x.js",
    "a/_sdk/b.js",
    "a/.git/config",
    "x/_hoody",
    "node%5fmodules/x.js",
    "a/node%255Fmodules/x",
  ])("%s is excluded", (path) => expect(() => resolve(path)).toThrow("Path is excluded from access"));
  test("a link to a reserved directory opens no way into it", async () => {
    await using directory = await tempDir();
    await directory.write({ "node_modules/p/a.js": "", "default/1/x.js": "" });
    await symlink("../../node_modules", join(directory.path, "default/1/packages"));
    expect(() => resolve("packages/p/a.js", directory.path)).toThrow("Path is excluded from access");
  });
  test("a path that no file can have is the caller's mistake", () => {
    expect(() => resolve("x".repeat(300))).toThrow("Invalid path: too long");
    expect(() => resolve("\udc00")).toThrow("Invalid path: must be well-formed Unicode");
  });
});

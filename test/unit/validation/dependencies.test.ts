import { expect, test } from "bun:test";
import { PackageResolver } from "../../../src/packages/resolver.ts";
import { checkDependencies } from "../../../src/validation/dependencies.ts";

const packages = new PackageResolver({ root: "/nonexistent-scripts-root" });

test("built-in modules are installed, files do not count", () => {
  expect(checkDependencies(["node:fs", "bun:sqlite", "./helper"], packages)).toEqual({
    total: 2,
    installed: 2,
    missing: 0,
    missingModules: [],
    allInstalled: true,
    dependencies: [
      { name: "node:fs", installed: true, builtin: true },
      { name: "bun:sqlite", installed: true, builtin: true },
    ],
    installCommand: null,
  });
});

test("what is missing is named and can be installed with one command", () => {
  expect(checkDependencies(["left-pad", "fs", "@scope/name/sub"], packages)).toMatchObject({
    total: 3,
    installed: 1,
    missing: 2,
    missingModules: ["left-pad", "@scope/name"],
    allInstalled: false,
    installCommand: "bun add left-pad @scope/name",
  });
});

test("the command never holds text of the author that is no package name", () => {
  for (const evil of ["x; rm -rf /", "lodash@$(reboot)", "`id`", "a && b", "-g"]) {
    const report = checkDependencies([evil], packages);
    expect(report.allInstalled).toBe(false);
    expect(report.installCommand).toBeNull();
  }
});

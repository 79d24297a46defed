import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PackageResolver } from "../../../src/packages/resolver.ts";

let root: string;
let packages: PackageResolver;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "packages-"));
  packages = new PackageResolver({ root });
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function install(name: string, manifest: string, modified = new Date(1_000)): Promise<void> {
  const directory = join(root, "node_modules", name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "package.json"), manifest);
  await utimes(join(directory, "package.json"), modified, modified);
}

test("modules of the runtime are built in, with and without their prefix", () => {
  for (const name of ["fs", "node:fs", "fs/promises", "bun", "bun:sqlite", "bun:ffi"]) {
    expect(packages.isBuiltin(name)).toBe(true);
  }
  for (const name of ["lodash", "fs-extra", "./fs", "bunyan"]) expect(packages.isBuiltin(name)).toBe(false);
});

test("the version comes from the manifest in node_modules of the scripts root", async () => {
  await install("left-pad", '{"version":"1.3.0"}');
  await install("@scope/name", '{"version":"2.0.0-rc.1"}');
  expect(packages.installedVersion("left-pad")).toBe("1.3.0");
  expect(packages.installedVersion("@scope/name")).toBe("2.0.0-rc.1");
  expect(packages.installedVersion("absent")).toBeNull();
});

test("an upgrade and a removal are seen at once", async () => {
  await install("left-pad", '{"version":"1.3.0"}');
  expect(packages.installedVersion("left-pad")).toBe("1.3.0");
  await install("left-pad", '{"version":"1.4.0"}', new Date(2_000));
  expect(packages.installedVersion("left-pad")).toBe("1.4.0");
  await rm(join(root, "node_modules", "left-pad"), { recursive: true });
  expect(packages.installedVersion("left-pad")).toBeNull();
});

test("a manifest is read again only when it has changed", async () => {
  await install("left-pad", '{"version":"1.3.0"}');
  expect(packages.installedVersion("left-pad")).toBe("1.3.0");
  await install("left-pad", '{"version":"9.9.9"}');
  expect(packages.installedVersion("left-pad")).toBe("1.3.0");
});

test("a package with a damaged manifest is installed, its version unknown", async () => {
  await install("broken", "{");
  await install("nameless", "[]");
  expect(packages.inspect(["broken", "nameless"])).toEqual([
    { name: "broken", installed: true },
    { name: "nameless", installed: true },
  ]);
  expect(packages.installedVersion("broken")).toBeNull();
});

test("a name that is no package name is never looked up on disk", async () => {
  await install("evil", '{"version":"6.6.6"}');
  for (const name of [
    "../node_modules/evil",
    "evil@6",
    "evil/",
    "./evil",
    "node_modules/../evil",
    "@a/../evil",
  ]) {
    expect(packages.installedVersion(name)).toBeNull();
  }
});

test("specifiers are inspected once for each package, in the order of first use, files left out", async () => {
  await install("left-pad", '{"version":"1.3.0"}');
  expect(
    packages.inspect([
      "./a",
      "left-pad/lib",
      "node:fs",
      "left-pad",
      "absent",
      "left-pad@1",
      "../b",
      "not a name",
    ]),
  ).toEqual([
    { name: "left-pad", installed: true, version: "1.3.0" },
    { name: "node:fs", installed: true, builtin: true },
    { name: "absent", installed: false },
    { name: "left-pad@1", installed: false },
    { name: "not a name", installed: false },
  ]);
});

test("a package that comes with the server counts as installed", () => {
  expect(packages.inspect(["zod", "zod/v4"])).toEqual([{ name: "zod", installed: true }]);
});

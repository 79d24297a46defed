import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isRecord } from "../base/realm.ts";
import { GROUPS, type Group, listedIn, type ManifestContent } from "./manifest.ts";
import { satisfies } from "./package-spec.ts";
import type { PackageResolver } from "./resolver.ts";

/** What package.json lists against what is installed. */
export interface Comparison {
  /** Names that are listed, sorted. */
  readonly listed: readonly string[];
  readonly missing: readonly string[];
  /** Installed in a version that the range does not allow. */
  readonly outdated: readonly {
    readonly package: string;
    readonly declared: string;
    readonly installed: string;
  }[];
  /** Installed, neither listed nor needed by what is. */
  readonly extra: readonly string[];
}

/** Groups whose packages an install of the scripts root brings. */
const INSTALLED_GROUPS: readonly Group[] = ["dependencies", "devDependencies", "optionalDependencies"];

/**
 * Holds the lists of package.json against `node_modules` as it lies there.
 *
 * @param root Absolute scripts root.
 */
export async function compareInstalled(
  content: ManifestContent,
  { root, packages }: { readonly root: string; readonly packages: PackageResolver },
): Promise<Comparison> {
  const ranges = new Map(INSTALLED_GROUPS.flatMap((group) => Object.entries(listedIn(content, group))));
  const listed = [...ranges.keys()].sort();
  const modules = join(root, "node_modules");
  const present = await readPackageNames(modules);
  const needed = await findNeeded(listed, modules);
  return {
    listed,
    missing: listed.filter((name) => !present.includes(name)),
    outdated: listed.flatMap((name) => {
      const declared = ranges.get(name) ?? "";
      const installed = packages.installedVersion(name);
      return installed === null || satisfies(installed, declared)
        ? []
        : [{ package: name, declared, installed }];
    }),
    extra: present.filter((name) => !needed.has(join(modules, name))),
  };
}

/** Packages at the top level of a `node_modules`, those of a scope under their full names, sorted. */
async function readPackageNames(modules: string): Promise<readonly string[]> {
  const names = (await readNames(modules)).filter((name) => !name.startsWith("."));
  const all = await Promise.all(
    names.map(async (name) =>
      name.startsWith("@")
        ? (await readNames(join(modules, name))).map((inner) => `${name}/${inner}`)
        : [name],
    ),
  );
  return all.flat().sort();
}

/** Directories of the packages that are listed, of those that they depend on, and so on. */
async function findNeeded(listed: readonly string[], modules: string): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  const waiting = listed.map((name) => join(modules, name));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (needed.has(at)) continue;
    const content = await readManifest(at);
    if (content === null) continue;
    needed.add(at);
    const names = GROUPS.filter((group) => group !== "devDependencies").flatMap((group) =>
      Object.keys(listedIn(content, group)),
    );
    for (const name of names) {
      const place = placesOf(name, at, modules).find((each) => existsSync(join(each, "package.json")));
      if (place !== undefined) waiting.push(place);
    }
  }
  return needed;
}

/** Where a package looks for another: in its own `node_modules`, then further out; the first that exists is it. */
function placesOf(name: string, from: string, modules: string): readonly string[] {
  const places: string[] = [];
  for (let at = from; at.startsWith(modules); at = dirname(at)) {
    places.push(at.endsWith("node_modules") ? join(at, name) : join(at, "node_modules", name));
  }
  return [...new Set(places)];
}

async function readManifest(directory: string): Promise<ManifestContent | null> {
  try {
    const content: unknown = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
    return isRecord(content) ? content : {};
  } catch (error) {
    // One that was damaged is there all the same.
    return error instanceof SyntaxError ? {} : null;
  }
}

function readNames(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}

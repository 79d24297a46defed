import { isRecord } from "../base/realm.ts";
import { GROUPS, listedIn, type ManifestContent, withoutPackage, withPackage } from "./manifest.ts";

/** What is to change in package.json. */
export interface ManifestUpdate {
  /** Ranges by name, for `dependencies`. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  /** Other members; null takes one away (RFC 7396). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Names, in whichever group they are listed; one that is not listed is no change. */
  readonly remove: readonly string[];
}

/** Members that decide what is installed, or have a field of their own: metadata must not hold them. */
export const NO_METADATA: ReadonlySet<string> = new Set([
  ...GROUPS,
  ...["scripts", "overrides", "resolutions", "workspaces", "patchedDependencies", "trustedDependencies"],
  ...["catalog", "catalogs", "bundledDependencies", "bundleDependencies", "__proto__"],
]);

/** Applies an update: removals first. Pure. */
export function updateManifest(
  content: ManifestContent,
  { dependencies, scripts, metadata, remove }: ManifestUpdate,
): { readonly content: ManifestContent; readonly changes: readonly string[] } {
  const changes: string[] = [];
  let updated = content;
  for (const name of new Set(remove)) {
    if (!GROUPS.some((group) => Object.hasOwn(listedIn(updated, group), name))) continue;
    updated = withoutPackage(updated, name);
    changes.push(`Removed ${name}`);
  }
  for (const [name, range] of Object.entries(dependencies)) {
    const before = listedIn(updated, "dependencies")[name];
    if (before === range) continue;
    updated = withPackage(withoutPackage(updated, name), { name, range, group: "dependencies" });
    changes.push(before === undefined ? `Added ${name}: ${range}` : `Changed ${name}: ${before} → ${range}`);
  }
  for (const [name, command] of Object.entries(scripts)) {
    const before = isRecord(updated["scripts"]) ? updated["scripts"] : {};
    if (before[name] === command) continue;
    updated = { ...updated, scripts: { ...before, [name]: command } };
    changes.push(`${before[name] === undefined ? "Added" : "Changed"} script ${name}`);
  }
  for (const [name, value] of Object.entries(metadata)) {
    const { [name]: before, ...others } = updated;
    if (JSON.stringify(before ?? null) === JSON.stringify(value)) continue;
    updated = value === null ? others : { ...updated, [name]: value };
    changes.push(value === null ? `Removed member ${name}` : `Set ${name}`);
  }
  return { content: updated, changes };
}

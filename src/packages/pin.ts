import { GROUPS, listedIn, type ManifestContent } from "./manifest.ts";
import { isExact, satisfies } from "./package-spec.ts";

/** What pinning did. */
export interface Pinned {
  readonly content: ManifestContent;
  /** `lodash: ^4.17.21 → 4.17.21` */
  readonly pinned: readonly string[];
}

/** Groups whose packages are installed; the ranges of peers are meant for others. */
export const PINNED_GROUPS = GROUPS.filter((group) => group !== "peerDependencies");

/**
 * Replaces ranges by the versions that are installed; where none is, or another one, `^` and `~` are taken off. A range
 * that names no single version then stays as it is.
 *
 * @param options.names Packages to pin; null for all.
 * @param options.versionOf Version that is installed; null for none.
 */
export function pinRanges(
  content: ManifestContent,
  options: { readonly names: readonly string[] | null; readonly versionOf: (name: string) => string | null },
): Pinned {
  const pinned: string[] = [];
  const groups = PINNED_GROUPS.map((group) => {
    const exact = Object.entries(listedIn(content, group)).flatMap(([name, range]) => {
      const version = exactOf(range, options.versionOf(name));
      if (version === range || options.names?.includes(name) === false) return [];
      pinned.push(`${name}: ${range} → ${version}`);
      return [[name, version] as const];
    });
    return [group, exact] as const;
  });
  const changed = groups.filter(([, exact]) => exact.length > 0);
  const members = changed.map(([group, exact]) => {
    const before = content[group] as Readonly<Record<string, unknown>>;
    return [group, { ...before, ...Object.fromEntries(exact) }] as const;
  });
  return { content: { ...content, ...Object.fromEntries(members) }, pinned };
}

function exactOf(range: string, installed: string | null): string {
  if (isExact(range)) return range;
  if (installed !== null && satisfies(installed, range) && isRegistryRange(range)) return installed;
  const bare = range.replace(/^[~^]\s*/, "");
  return isExact(bare) ? bare : range;
}

/** Whether it names versions or a tag: what comes from elsewhere, such as a repository, has no version to pin. */
function isRegistryRange(range: string): boolean {
  return !/[:/]/.test(range);
}

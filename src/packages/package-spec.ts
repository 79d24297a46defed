import { refusalOf } from "./bundled.ts";

/** A package of the registry, and which version of it. */
export interface PackageSpec {
  readonly name: string;
  /** A range of versions (`^4.17.0`), or a tag of the registry (`next`); null when any will do. */
  readonly range: string | null;
}

/** What a text asks for, or why nobody is asked for it. */
export type ParsedSpec =
  | { readonly kind: "package"; readonly spec: PackageSpec }
  /** In words that complete "it is refused because". */
  | { readonly kind: "refused"; readonly reason: string };

/** Longest text of a range, in UTF-16 units. */
const RANGE_LENGTH_MAX = 256;

/** One version, or a part of it with wildcards (semver.org; node-semver for the ranges around it). */
const VERSION = String.raw`v?(?:\d{1,16}|[xX*])(?:\.(?:\d{1,16}|[xX*])){0,2}(?:-[\w.-]+)?(?:\+[\w.-]+)?`;
const COMPARATOR = `(?:[~^=]|[<>]=?)? ?${VERSION}`;
const RANGE = new RegExp(
  String.raw`^${COMPARATOR}(?: - ${VERSION}| \|\| ${COMPARATOR}|\|\|${COMPARATOR}| ${COMPARATOR})*$`,
);
const TAG = /^[a-z][\w-]*$/i;
/** What Bun takes for a file whatever stands before it. */
const ARCHIVE = /\.(tgz|tar\.gz)$/i;

/** Versions after which nothing is left to choose. */
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;

/**
 * Reads `name`, `name@range` or `name@tag`: what comes from a registry by its name. Nothing that a package manager takes
 * for anything else passes: options, files, directories, links, addresses, repositories, names of other packages.
 */
export function parsePackageSpec(text: string): ParsedSpec {
  const at = text.indexOf("@", 1);
  const name = at === -1 ? text : text.slice(0, at);
  const refusal = refusalOf(name);
  if (refusal !== null) return { kind: "refused", reason: refusal };
  if (at === -1) return { kind: "package", spec: { name, range: null } };
  const range = text.slice(at + 1);
  if (isRange(range) || isTag(range)) return { kind: "package", spec: { name, range } };
  return { kind: "refused", reason: "what follows the @ is neither a range of versions nor a tag" };
}

/** The text of a spec, as the package manager reads it. */
export function textOf({ name, range }: PackageSpec): string {
  return range === null ? name : `${name}@${range}`;
}

/** Whether a text is a range of versions: `1.2.3`, `^1`, `>=1 <2`, `1.x || 2.x`, `*`. */
export function isRange(text: string): boolean {
  return text.length <= RANGE_LENGTH_MAX && RANGE.test(text) && !ARCHIVE.test(text);
}

/** Whether a text is a tag of a registry: `latest`, `next`. */
export function isTag(text: string): boolean {
  return text.length <= RANGE_LENGTH_MAX && TAG.test(text);
}

/** Whether a range leaves nothing to choose. */
export function isExact(range: string): boolean {
  return EXACT.test(range);
}

/** Whether a version is in a range; a tag, or what is no range, is met by every version. */
export function satisfies(version: string, range: string): boolean {
  return !isRange(range) || Bun.semver.satisfies(version, range);
}

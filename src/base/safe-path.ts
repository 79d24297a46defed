import { lstatSync, realpathSync } from "node:fs";
import { isAbsolute, join, resolve, sep } from "node:path";

/** Longest absolute path in bytes that Linux opens (PATH_MAX, with the zero at its end). */
export const PATH_BYTES_MAX = 4096;

/** Longest name in bytes that Linux file systems store (NAME_MAX). */
export const NAME_BYTES_MAX = 255;

/** Where a requested path leads, or why it leads nowhere. */
export type SafePath =
  | {
      readonly kind: "inside";
      /** Below the root with "/", without empty and "." segments; "" is the root itself. */
      readonly relative: string;
      /** The same without links among its directories: the last name may still be a link, to a place inside. */
      readonly entry: string;
      /** The same after every link. */
      readonly real: string;
    }
  | { readonly kind: "refused"; readonly reason: "outside" | "symlink" | "malformed" | "tooLong" };

/**
 * Joins a path of a caller below a root, and refuses whatever could leave it.
 *
 * Refused: `..` anywhere (also where it would lead back inside), NUL, backslash, an absolute path outside the root, and
 * links that lead out, whether or not the rest of the path exists. The path is judged as given and as it reads
 * after any number of layers of percent-encoding, but it is *used* as given: `100%25.txt` is a name of its own.
 *
 * @param root Absolute directory.
 * @param requested Path relative to the root, or an absolute path inside it.
 */
export function safePath(root: string, requested: string): SafePath {
  if (Buffer.byteLength(root) + 1 + Buffer.byteLength(requested) >= PATH_BYTES_MAX) {
    return { kind: "refused", reason: "tooLong" };
  }
  // Half of a surrogate pair cannot be written as UTF-8: the disk would hold another name than the caller sees.
  if (!requested.isWellFormed()) return { kind: "refused", reason: "malformed" };
  if (holdsEscape(requested) || holdsEscape(decodeLayers(requested)))
    return { kind: "refused", reason: "outside" };

  const below = isAbsolute(requested) ? belowRoot(root, requested) : requested;
  if (below === null) return { kind: "refused", reason: "outside" };
  const segments = below.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (segments.some((segment) => Buffer.byteLength(segment) > NAME_BYTES_MAX)) {
    return { kind: "refused", reason: "tooLong" };
  }
  const name = segments.slice(-1);
  const directory = followLinks(root, segments.slice(0, -1));
  const real = directory === null ? null : followLinks(root, [...directory, ...name]);
  if (directory === null || real === null) return { kind: "refused", reason: "symlink" };
  return {
    kind: "inside",
    relative: segments.join("/"),
    entry: [...directory, ...name].join("/"),
    real: real.join("/"),
  };
}

/**
 * Undoes every layer of percent-encoding of the ASCII characters, which hold all that is dangerous in a path.
 *
 * Bytes above 0x7f stay encoded: they cannot become a separator, a dot or NUL, and need not be valid UTF-8.
 */
export function decodeLayers(text: string): string {
  let decoded = text;
  for (;;) {
    const next = decoded.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    );
    // Each layer makes the text shorter, so this ends.
    if (next === decoded) return decoded;
    decoded = next;
  }
}

function holdsEscape(path: string): boolean {
  return path.includes("\0") || path.includes("\\") || path.split("/").includes("..");
}

/** The part of an absolute path below the root, however the root is spelled; null when it lies elsewhere. */
function belowRoot(root: string, absolute: string): string | null {
  for (const spelling of [resolve(root), realPathOf(root)]) {
    if (absolute === spelling) return "";
    if (absolute.startsWith(spelling + sep)) return absolute.slice(spelling.length + 1);
  }
  return null;
}

/** The segments without links, as far as they exist; null as soon as a link leads out, in a circle, or to nothing. */
function followLinks(root: string, segments: readonly string[]): string[] | null {
  const realRoot = realPathOf(root);
  let at = realRoot;
  for (const [index, segment] of segments.entries()) {
    const next = join(at, segment);
    const found = lstatSync(next, { throwIfNoEntry: false });
    // What does not exist yet holds no link. A file in the way is found out by the operation that follows.
    if (found === undefined || (!found.isSymbolicLink() && !found.isDirectory())) {
      return [...relativeSegments(realRoot, at), ...segments.slice(index)];
    }
    at = found.isSymbolicLink() ? linkTarget(next) : next;
    if (at !== realRoot && !at.startsWith(realRoot + sep)) return null;
  }
  return relativeSegments(realRoot, at);
}

/** Where a link really ends; "" for one that ends nowhere, which counts as outside. */
function linkTarget(link: string): string {
  try {
    return realpathSync(link);
  } catch {
    // Dangling or circular: writing through it could create its target, wherever that lies.
    return "";
  }
}

function relativeSegments(realRoot: string, absolute: string): string[] {
  return absolute === realRoot ? [] : absolute.slice(realRoot.length + 1).split(sep);
}

/** The root without links; as it is spelled while it does not exist. */
function realPathOf(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    // A root that is gone holds no links; the operation that follows reports it.
    return resolve(root);
  }
}

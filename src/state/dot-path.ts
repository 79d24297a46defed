import { isObject } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";

/** Segments that reach a prototype: writing there would change every object of the process. */
const RESERVED_SEGMENTS: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);

/**
 * Splits `a.b.c` into its segments.
 *
 * @throws {ExecError} `invalidInput` for a reserved or an empty segment.
 */
export function parseDotPath(path: string): readonly string[] {
  const segments = path.split(".");
  const reserved = segments.find((segment) => RESERVED_SEGMENTS.has(segment));
  if (reserved !== undefined) {
    throw new ExecError("invalidInput", "Invalid path: reserved segment", {
      details: { field: "path", reason: "reserved segment", segment: reserved },
    });
  }
  if (segments.includes("")) throw refusal("empty segment", path);
  return segments;
}

/** Finds the value at a path; own properties only, so that nothing inherited is ever shown. */
export function readAt(root: object, segments: readonly string[]): { readonly value: unknown } | null {
  let value: unknown = root;
  for (const segment of segments) {
    if (!isObject(value) || !Object.hasOwn(value, segment)) return null;
    value = value[segment];
  }
  return { value };
}

/**
 * Stores a value at a path; objects on the way are created where nothing is.
 *
 * @throws {ExecError} `invalidInput` when the path leads through a value that cannot hold members, or past the end
 *   of an array.
 */
export function writeAt(root: object, segments: readonly string[], value: unknown): void {
  const last = segments.length - 1;
  let holder = root as Record<string, unknown>;
  segments.forEach((segment, depth) => {
    refuseArrayGap(holder, segment, segments);
    if (depth === last) {
      store(holder, segment, value);
      return;
    }
    const inner = Object.hasOwn(holder, segment) ? holder[segment] : undefined;
    if (inner === undefined || inner === null) store(holder, segment, {});
    else if (!isObject(inner)) throw refusal(`"${segment}" holds no object`, segments.join("."));
    holder = holder[segment] as Record<string, unknown>;
  });
}

/** Removes the value at a path. Answers whether something was there and could go. */
export function removeAt(root: object, segments: readonly string[]): boolean {
  const holder = readAt(root, segments.slice(0, -1))?.value;
  const name = segments.at(-1);
  if (!isObject(holder) || name === undefined || !Object.hasOwn(holder, name)) return false;
  if (Array.isArray(holder) && isIndex(name)) {
    holder.splice(Number(name), 1);
    return true;
  }
  return Reflect.deleteProperty(holder, name);
}

/**
 * Defines rather than assigns, so that a member called `__proto__` in a JSON body stays an ordinary member.
 * A script may have frozen what it keeps in `shared`; then nothing can be stored.
 */
function store(holder: Record<string, unknown>, segment: string, value: unknown): void {
  const member = { value, writable: true, enumerable: true, configurable: true };
  if (!Reflect.defineProperty(holder, segment, member)) throw refusal(`"${segment}" is read-only`, segment);
}

function refuseArrayGap(holder: unknown, segment: string, segments: readonly string[]): void {
  if (!Array.isArray(holder)) return;
  if (!isIndex(segment) || Number(segment) > holder.length) {
    throw refusal(`"${segment}" is no index of an array of ${holder.length}`, segments.join("."));
  }
}

function isIndex(segment: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(segment);
}

function refusal(reason: string, path: string): ExecError {
  return new ExecError("invalidInput", `Invalid path: ${reason}`, {
    details: { field: "path", reason, path },
  });
}

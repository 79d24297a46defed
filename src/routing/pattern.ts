/** How a request finds a script; the more specific kinds come first. */
export type RouteType = "static" | "dynamic" | "catchall" | "optional-catchall" | "fallback";

/** What one name on the way to a script stands for. */
export type PatternSegment =
  | { readonly kind: "literal"; readonly text: string }
  /** `[id]`: any one segment. */
  | { readonly kind: "dynamic"; readonly name: string }
  /** `[...slug]`: one or more segments. */
  | { readonly kind: "catchall"; readonly name: string }
  /** `[[...slug]]`: any number of segments, also none. */
  | { readonly kind: "optional-catchall"; readonly name: string };

const BRACKETS =
  /^(?:\[\[\.\.\.(?<optional>[^[\].]+)\]\]|\[\.\.\.(?<catchall>[^[\].]+)\]|\[(?<dynamic>[^[\].]+)\])$/;

/**
 * Reads the name of a directory, or of a script without its extension.
 *
 * Brackets that follow none of the three forms are ordinary characters.
 */
export function parsePatternSegment(name: string): PatternSegment {
  if (!name.startsWith("[")) return { kind: "literal", text: name };
  const { optional, catchall, dynamic } = BRACKETS.exec(name)?.groups ?? {};
  if (optional !== undefined) return { kind: "optional-catchall", name: optional };
  if (catchall !== undefined) return { kind: "catchall", name: catchall };
  if (dynamic !== undefined) return { kind: "dynamic", name: dynamic };
  return { kind: "literal", text: name };
}

/**
 * The pattern of a script's URL: `/users/[id]` for `default/1/users/[id].ts`.
 *
 * @param file Relative to the scripts root.
 * @param baseDir Directory whose scripts begin at "/"; "" is the scripts root.
 */
export function toRoutePattern(file: string, baseDir: string): string {
  const below = `/${withoutExtension(baseDir === "" ? file : file.slice(baseDir.length + 1))}`;
  if (!below.endsWith("/index")) return below;
  return below.slice(0, -"/index".length) || "/";
}

/** The names in brackets of a pattern and the kind they make it. */
export function describePattern(pattern: string): {
  readonly type: RouteType;
  readonly parameters: readonly string[];
} {
  const segments = pattern.split("/").map(parsePatternSegment);
  const kinds = new Set(segments.map(({ kind }) => kind));
  const type = (["optional-catchall", "catchall", "dynamic"] as const).find((kind) => kinds.has(kind));
  return {
    type: type ?? "static",
    parameters: segments.flatMap((segment) => (segment.kind === "literal" ? [] : segment.name)),
  };
}

/** A file name without its `.ts` or `.js`. */
export function withoutExtension(name: string): string {
  return name.slice(0, -".ts".length);
}

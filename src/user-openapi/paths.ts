import { parsePatternSegment } from "../routing/pattern.ts";

/** A route as an OpenAPI document writes it. */
export interface OpenApiPath {
  /** `/users/{id}`, `/docs/{slug*}`. */
  readonly path: string;
  readonly parameters: readonly PathParameter[];
}

/** One template of a path. */
export interface PathParameter {
  /** As the script sees it in `metadata.parameters`. */
  readonly name: string;
  /** As it stands between the braces: `slug*` for a catch-all. */
  readonly template: string;
  readonly kind: "dynamic" | "catchall" | "optional-catchall";
}

/**
 * The OpenAPI form of a route pattern: `[id]` becomes `{id}`, `[...slug]` and `[[...slug]]` become `{slug*}`
 * (control-api.md §13). OpenAPI has no optional templates, so the path without one is not written down.
 *
 * @param routePattern As `toRoutePattern` makes it, `/users/[id]`.
 */
export function toOpenApiPath(routePattern: string): OpenApiPath {
  const parameters: PathParameter[] = [];
  const segments = routePattern.split("/").map((name) => {
    const segment = parsePatternSegment(name);
    if (segment.kind === "literal") return toUrlSegment(segment.text);
    const { kind } = segment;
    const template = `${toUrlSegment(segment.name)}${kind === "dynamic" ? "" : "*"}`;
    if (!parameters.some((known) => known.template === template)) {
      parameters.push({ name: segment.name, template, kind });
    }
    return `{${template}}`;
  });
  return { path: segments.join("/"), parameters };
}

/**
 * A path without the names of its templates: two that agree in it are one path to OpenAPI (OpenAPI 3.0.3 §4.7.8.1). One
 * segment and several of them stay two things.
 */
export function withoutTemplateNames(path: string): string {
  return path.replace(/\{[^{}]*?(\*?)\}/g, "{$1}");
}

/** The names between the braces, in their order. */
export function templatesOf(path: string): readonly string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
}

/** Braces in a file's name would read as a template, and other characters would not be a URL. */
function toUrlSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%(?:40|3A|2C|24)/gi, decodeURIComponent);
}

import type { RouteType } from "./pattern.ts";
import type { RouteNode } from "./route-tree.ts";

/** A script that a path leads to. */
export interface Match {
  /** Relative to the scripts root. */
  readonly file: string;
  /** Node of the directory the script lies in: its middleware applies. */
  readonly directory: RouteNode;
  readonly type: RouteType;
  readonly parameters: Readonly<Record<string, string | string[]>>;
}

/**
 * Finds the most specific script for a path below one candidate root.
 *
 * Segment by segment a literal name beats `[param]`, which beats a catch-all, which beats an optional one; a way that
 * ends nowhere is left again. The cost is the number of segments, whatever the number of scripts.
 *
 * @param root Node of the candidate root.
 */
export function matchSegments(root: RouteNode, segments: readonly string[]): Match | null {
  const values: [name: string, value: string | string[]][] = [];
  return walk(root, root, 0);

  function walk(node: RouteNode, parent: RouteNode, at: number): Match | null {
    if (at === segments.length) return ownScript(node, parent) ?? rest(node, at);
    const segment = segments[at] as string;

    const literal = node.literals?.get(segment);
    const named = literal === undefined ? null : walk(literal, node, at + 1);
    if (named !== null) return named;
    if (at === segments.length - 1) {
      const explicit = withExtension(node, segment);
      if (explicit !== null) return found(explicit, node, "static");
    }
    if (node.branches === null) return null;
    for (const { kind, name, node: next } of node.branches) {
      if (kind !== "dynamic") break;
      values.push([name, segment]);
      const dynamic = walk(next, node, at + 1);
      if (dynamic !== null) return dynamic;
      values.pop();
    }
    return rest(node, at);
  }

  /** The script at the end of the path; of the candidate root itself only its index, as `1.ts` is not in `1/`. */
  function ownScript(node: RouteNode, parent: RouteNode): Match | null {
    const file = node.best(node === root);
    if (file === null) return null;
    const isIndex = file === node.scripts?.[2] || file === node.scripts?.[3];
    return found(file, isIndex ? node : parent, "static");
  }

  /** A catch-all of this directory, with all segments that remain. */
  function rest(node: RouteNode, at: number): Match | null {
    for (const { kind, name, node: next } of node.branches ?? []) {
      if (kind === "dynamic" || (kind === "catchall" && at === segments.length)) continue;
      const file = next.best();
      if (file === null) continue;
      if (at < segments.length) values.push([name, segments.slice(at)]);
      const isIndex = file === next.scripts?.[2] || file === next.scripts?.[3];
      return found(file, isIndex ? next : node, kind);
    }
    return null;
  }

  function found(file: string, directory: RouteNode, type: RouteType): Match {
    if (values.length === 0) return { file, directory, type, parameters: {} };
    // fromEntries defines own keys, so that a parameter may be called "__proto__".
    return {
      file,
      directory,
      type: type === "static" ? "dynamic" : type,
      parameters: Object.fromEntries(values),
    };
  }
}

/** The script of a last segment that spells out its extension: `echo.js`, `index.ts`. */
function withExtension(directory: RouteNode, segment: string): string | null {
  const slot = segment.endsWith(".ts") ? 0 : segment.endsWith(".js") ? 1 : null;
  if (slot === null) return null;
  const stem = segment.slice(0, -".ts".length);
  if (stem === "index") return directory.scripts?.[slot === 0 ? 2 : 3] ?? null;
  return directory.literals?.get(stem)?.scripts?.[slot] ?? null;
}

import { resolve as toAbsolute } from "node:path";
import type { ScriptChange } from "../scripts/changes.ts";
import type { Deployment } from "../scripts/deployment.ts";
import { candidateRoots, fallbackFiles, triedFiles } from "./candidates.ts";
import { type Match, matchSegments } from "./match.ts";
import { describePattern, type RouteType, toRoutePattern } from "./pattern.ts";
import { addFile, directoryNode, RouteNode, removePath } from "./route-tree.ts";
import { scanRouteFiles } from "./scan.ts";

/** A script that answers a path, and what surrounds it. */
export interface RouteMatch {
  /** Relative to the scripts root. */
  readonly file: string;
  /** `/users/[id]`, below {@link baseDir}; of a fallback `/*`. */
  readonly routePattern: string;
  readonly parameters: Readonly<Record<string, string | string[]>>;
  readonly type: RouteType;
  /** Candidate root it was found in, relative to the scripts root; "" is the scripts root itself. */
  readonly baseDir: string;
  /** Middleware before it, from its own directory. */
  readonly pre: string | null;
  /** Middleware after it, from its own directory. */
  readonly post: string | null;
}

/** Where a path leads, or where it was looked for. */
export type RouteResult =
  | { readonly kind: "match"; readonly match: RouteMatch }
  | {
      readonly kind: "miss";
      /** Scripts that would have answered, relative to the scripts root, best first. */
      readonly tried: readonly string[];
      readonly triedDirectories: readonly string[];
    };

/** A Markdown file that a path names. */
export interface RouteDocument {
  readonly file: string;
  /** The script it documents, whose `@enabled` and `@token` guard it; null when it stands alone. */
  readonly script: string | null;
}

/** A route as a list shows it. */
export interface DiscoveredRoute {
  readonly file: string;
  readonly routePattern: string;
  readonly type: RouteType;
  /** Names in brackets, in the order of the path. */
  readonly parameters: readonly string[];
}

/**
 * From a URL path to a script, in memory: one tree of names over the whole scripts root.
 *
 * A lookup never touches the disk; changes are applied one by one. The four candidate roots of a deployment are nodes
 * of the same tree.
 */
export class RouteTable {
  readonly #root: string;
  #tree = new RouteNode();
  #version = 0;

  /** Begins empty; {@link rebuild} reads the disk. */
  constructor({ root }: { readonly root: string }) {
    this.#root = toAbsolute(root);
  }

  /** Grows whenever another file may answer a path; whoever remembers a result compares it. */
  get version(): number {
    return this.#version;
  }

  /** Reads all names below the scripts root anew. */
  rebuild(): void {
    const tree = new RouteNode();
    scanRouteFiles(this.#root, (file) => addFile(tree, file));
    this.#tree = tree;
    this.#version++;
  }

  /** Follows one change. A file that was overwritten changes no route. */
  apply(change: ScriptChange): void {
    switch (change.kind) {
      case "written":
        if (addFile(this.#tree, change.file)) this.#version++;
        return;
      case "removed":
        if (removePath(this.#tree, change.file)) this.#version++;
        return;
      case "reset":
        return this.rebuild();
      default:
        return change satisfies never;
    }
  }

  /** @param segments Decoded segments of the path, none of them empty. */
  resolve(deployment: Deployment, segments: readonly string[]): RouteResult {
    const { roots, isExclusive } = this.#rootsOf(deployment);
    for (const baseDir of roots) {
      const node = literalNode(this.#tree, baseDir);
      const match = node === undefined ? null : matchSegments(node, segments);
      if (match !== null) return { kind: "match", match: toRouteMatch(match, baseDir) };
    }
    const fallback = isExclusive ? null : this.#fallback(deployment);
    if (fallback !== null) return { kind: "match", match: fallback };
    return {
      kind: "miss",
      tried: [
        ...new Set([...triedFiles(roots, segments), ...(isExclusive ? [] : fallbackFiles(deployment))]),
      ],
      triedDirectories: roots,
    };
  }

  /** The Markdown file for a path that ends in `.md`; null when there is none (script-runtime.md §3). */
  documentAt(deployment: Deployment, segments: readonly string[]): RouteDocument | null {
    const name = segments.at(-1);
    if (name === undefined || !name.endsWith(".md")) return null;
    for (const root of this.#rootsOf(deployment).roots) {
      const directory = [root, ...segments.slice(0, -1)].filter((part) => part !== "").join("/");
      const node = directoryNode(this.#tree, directory);
      if (node === undefined || !node.facts?.documents.has(name)) continue;
      const stem = name.slice(0, -".md".length);
      const script = stem === "index" ? node.best(true) : (directoryNode(node, stem)?.best() ?? null);
      return { file: directory === "" ? name : `${directory}/${name}`, script };
    }
    return null;
  }

  /** Every script that has a route below the scripts root, relative to it. */
  scripts(): readonly string[] {
    return scriptsBelow(this.#tree, true);
  }

  /**
   * The scripts that may answer requests of a deployment, beside {@link scripts}; those alone when it is exclusive.
   *
   * Of its further roots only what answers `/`: another script may stand before that one, seen from above.
   */
  scriptsOf(deployment: Deployment): { readonly own: readonly string[]; readonly isExclusive: boolean } {
    const { roots, isExclusive } = this.#rootsOf(deployment);
    const [home, ...further] = roots.map((root) => literalNode(this.#tree, root));
    const own = home === undefined ? [] : scriptsBelow(home, true);
    return { own: [...own, ...further.flatMap((node) => node?.best(true) ?? [])], isExclusive };
  }

  /**
   * Every route in a directory and below; of scripts that share one route, the one that answers.
   *
   * @param baseDir Relative to the scripts root; "" is the scripts root.
   * @param options.patternRoot Directory whose routes begin at "/"; `baseDir` itself when left out.
   */
  discover(
    baseDir: string,
    { patternRoot = baseDir }: { readonly patternRoot?: string } = {},
  ): readonly DiscoveredRoute[] {
    const node = directoryNode(this.#tree, baseDir);
    if (node === undefined) return [];
    return scriptsBelow(node, true)
      .sort()
      .map((file) => {
        const routePattern = toRoutePattern(file, patternRoot);
        return { file, routePattern, ...describePattern(routePattern) };
      });
  }

  #rootsOf(deployment: Deployment): { readonly roots: readonly string[]; readonly isExclusive: boolean } {
    const isExclusive = literalNode(this.#tree, deployment.key)?.facts?.exclusive ?? false;
    return { roots: isExclusive ? [deployment.key] : candidateRoots(deployment), isExclusive };
  }

  #fallback(deployment: Deployment): RouteMatch | null {
    const beside = this.#tree.literals?.get(deployment.subdomain);
    const named = beside?.scripts?.[0] ?? beside?.scripts?.[1] ?? null;
    if (named !== null) return toFallback(named, "", this.#tree);
    const inside = beside?.best(true) ?? null;
    if (beside !== undefined && inside !== null) return toFallback(inside, deployment.subdomain, beside);
    const index = this.#tree.best(true);
    return index === null ? null : toFallback(index, "", this.#tree);
  }
}

/** The node of a candidate root, whose one or two names hold no brackets. */
function literalNode(tree: RouteNode, baseDir: string): RouteNode | undefined {
  if (baseDir === "") return tree;
  const slash = baseDir.indexOf("/");
  if (slash < 0) return tree.literals?.get(baseDir);
  return tree.literals?.get(baseDir.slice(0, slash))?.literals?.get(baseDir.slice(slash + 1));
}

function toRouteMatch({ file, directory, type, parameters }: Match, baseDir: string): RouteMatch {
  const routePattern = toRoutePattern(file, baseDir);
  return { file, routePattern, parameters, type, baseDir, ...middlewareOf(directory) };
}

function toFallback(file: string, baseDir: string, directory: RouteNode): RouteMatch {
  return { file, routePattern: "/*", parameters: {}, type: "fallback", baseDir, ...middlewareOf(directory) };
}

function middlewareOf({ facts }: RouteNode): { readonly pre: string | null; readonly post: string | null } {
  if (facts === null) return { pre: null, post: null };
  return { pre: facts.pre[0] ?? facts.pre[1], post: facts.post[0] ?? facts.post[1] };
}

/** @param found What they are added to. */
function scriptsBelow(node: RouteNode, isStart: boolean, found: string[] = []): string[] {
  const own = node.best(isStart);
  if (own !== null) found.push(own);
  for (const child of node.literals?.values() ?? []) scriptsBelow(child, false, found);
  for (const { kind, node: child } of node.branches ?? []) {
    // A catch-all takes the whole rest of a path: what lies below its directory can never be reached.
    const last = kind === "dynamic" ? null : child.best();
    if (kind === "dynamic") scriptsBelow(child, false, found);
    else if (last !== null) found.push(last);
  }
  return found;
}

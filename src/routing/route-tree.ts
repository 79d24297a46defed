import { isRouteDirectory, isRouteName } from "../scripts/exclude.ts";
import { type PatternSegment, parsePatternSegment, withoutExtension } from "./pattern.ts";

/**
 * Scripts that share one route, best first: `foo.ts`, `foo.js`, `foo/index.ts`, `foo/index.js` (script-runtime.md §3).
 */
export type ScriptSlots = [string | null, string | null, string | null, string | null];

/** What a directory holds besides routes. */
export interface DirectoryFacts {
  /** `pre.ts`, `pre.js`. */
  readonly pre: [string | null, string | null];
  /** `post.ts`, `post.js`. */
  readonly post: [string | null, string | null];
  /** Names of its Markdown files. */
  readonly documents: Set<string>;
  /** Whether it holds `.exclusive`. */
  exclusive: boolean;
}

/** A named way on: `[id]`, `[...slug]` or `[[...slug]]`. */
export interface Branch {
  readonly kind: "dynamic" | "catchall" | "optional-catchall";
  readonly name: string;
  readonly node: RouteNode;
}

/**
 * One name on the way from the scripts root: a directory, a script, or both (`users/` beside `users.ts`).
 *
 * Parts that most nodes lack are null: with 10,000 scripts most nodes are leaves.
 */
export class RouteNode {
  literals: Map<string, RouteNode> | null = null;
  /** In the order in which they are tried: by kind, then by name. */
  branches: Branch[] | null = null;
  scripts: ScriptSlots | null = null;
  facts: DirectoryFacts | null = null;

  /** The node behind one name, or undefined. */
  child(segment: PatternSegment): RouteNode | undefined {
    if (segment.kind === "literal") return this.literals?.get(segment.text);
    return this.branches?.find(({ kind, name }) => kind === segment.kind && name === segment.name)?.node;
  }

  /** The script of this very name; with `indexOnly` only the one inside the directory of this name. */
  best(indexOnly = false): string | null {
    if (this.scripts === null) return null;
    const [ts, js, indexTs, indexJs] = this.scripts;
    return (indexOnly ? null : (ts ?? js)) ?? indexTs ?? indexJs;
  }
}

/**
 * Notes a file that exists.
 *
 * @param file Relative to the scripts root.
 * @returns Whether the tree is another one now.
 */
export function addFile(root: RouteNode, file: string): boolean {
  const place = placeOf(file);
  if (place === null) return false;
  const directory = place.directories.reduce(
    (node, name) => makeChild(node, parsePatternSegment(name)),
    root,
  );
  switch (place.kind) {
    case "script": {
      const node = place.stem === null ? directory : makeChild(directory, parsePatternSegment(place.stem));
      node.scripts ??= [null, null, null, null];
      if (node.scripts[place.slot] === file) return false;
      node.scripts[place.slot] = file;
      return true;
    }
    case "middleware": {
      const slots = factsOf(directory)[place.role];
      if (slots[place.slot] === file) return false;
      slots[place.slot] = file;
      return true;
    }
    case "document": {
      const { documents } = factsOf(directory);
      if (documents.has(place.name)) return false;
      documents.add(place.name);
      return true;
    }
    case "exclusive": {
      const facts = factsOf(directory);
      if (facts.exclusive) return false;
      facts.exclusive = true;
      return true;
    }
    default:
      return place satisfies never;
  }
}

/**
 * Forgets a file, or a directory with all that is below it: a removal does not say which it was.
 *
 * @returns Whether the tree is another one now.
 */
export function removePath(root: RouteNode, path: string): boolean {
  const file = forgetFile(root, path);
  const directory = forgetDirectory(root, path);
  return file || directory;
}

/** The node of a directory, by the names on disk; undefined when nothing in it matters to routes. */
export function directoryNode(root: RouteNode, directory: string): RouteNode | undefined {
  if (directory === "") return root;
  let node: RouteNode | undefined = root;
  for (const name of directory.split("/")) node = node?.child(parsePatternSegment(name));
  return node;
}

/** Where a file has its place in the tree. */
type Place = { readonly directories: readonly string[] } & (
  | { readonly kind: "script"; readonly stem: string | null; readonly slot: 0 | 1 | 2 | 3 }
  | { readonly kind: "middleware"; readonly role: "pre" | "post"; readonly slot: 0 | 1 }
  | { readonly kind: "document"; readonly name: string }
  | { readonly kind: "exclusive" }
);

/** null for a file that no request can reach. */
function placeOf(file: string): Place | null {
  const directories = file.split("/");
  const name = directories.pop() ?? "";
  if (!directories.every(isRouteDirectory)) return null;
  if (isRouteName(name)) {
    const slot = name.endsWith(".ts") ? 0 : 1;
    const stem = withoutExtension(name);
    if (stem === "index") return { directories, kind: "script", stem: null, slot: slot === 0 ? 2 : 3 };
    return { directories, kind: "script", stem, slot };
  }
  const middleware = /^(pre|post)\.(ts|js)$/.exec(name);
  if (middleware !== null) {
    const role = middleware[1] === "pre" ? "pre" : "post";
    return { directories, kind: "middleware", role, slot: middleware[2] === "ts" ? 0 : 1 };
  }
  if (name === ".exclusive") return { directories, kind: "exclusive" };
  return isDocument(name) ? { directories, kind: "document", name } : null;
}

/** Markdown that callers may read: prompts (`*.system.md`) and names in the dark are not for them. */
function isDocument(name: string): boolean {
  return (
    name.endsWith(".md") && !name.endsWith(".system.md") && !name.startsWith("_") && !name.startsWith(".")
  );
}

function factsOf(node: RouteNode): DirectoryFacts {
  node.facts ??= { pre: [null, null], post: [null, null], documents: new Set(), exclusive: false };
  return node.facts;
}

const BRANCH_ORDER = ["dynamic", "catchall", "optional-catchall"] as const;

function makeChild(node: RouteNode, segment: PatternSegment): RouteNode {
  const known = node.child(segment);
  if (known !== undefined) return known;
  const made = new RouteNode();
  if (segment.kind === "literal") {
    node.literals ??= new Map();
    node.literals.set(segment.text, made);
    return made;
  }
  node.branches = [...(node.branches ?? []), { kind: segment.kind, name: segment.name, node: made }].sort(
    (a, b) => BRANCH_ORDER.indexOf(a.kind) - BRANCH_ORDER.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
  );
  return made;
}

function forgetFile(root: RouteNode, file: string): boolean {
  const place = placeOf(file);
  if (place === null) return false;
  const way =
    place.kind === "script" && place.stem !== null ? [...place.directories, place.stem] : place.directories;
  const node = directoryNode(root, way.join("/"));
  if (node === undefined || !forgetPlace(node, place)) return false;
  prune(root, way);
  return true;
}

function forgetPlace(node: RouteNode, place: Place): boolean {
  switch (place.kind) {
    case "script": {
      const slots = node.scripts;
      if (slots === null || slots[place.slot] === null) return false;
      slots[place.slot] = null;
      return true;
    }
    case "middleware": {
      const slots = node.facts?.[place.role];
      if (slots === undefined || slots[place.slot] === null) return false;
      slots[place.slot] = null;
      return true;
    }
    case "document":
      return node.facts?.documents.delete(place.name) ?? false;
    case "exclusive": {
      if (!node.facts?.exclusive) return false;
      node.facts.exclusive = false;
      return true;
    }
    default:
      return place satisfies never;
  }
}

function forgetDirectory(root: RouteNode, directory: string): boolean {
  const node = directoryNode(root, directory);
  if (node === undefined) return false;
  const [ts, js, indexTs, indexJs] = node.scripts ?? [null, null, null, null];
  if (node.literals === null && node.branches === null && node.facts === null && !indexTs && !indexJs)
    return false;
  node.literals = null;
  node.branches = null;
  node.facts = null;
  // `users.ts` lies beside the directory `users/`, not in it.
  node.scripts = ts === null && js === null ? null : [ts, js, null, null];
  prune(root, directory.split("/"));
  return true;
}

/** Drops nodes that say nothing any more, from the end of the way to its beginning. */
function prune(root: RouteNode, way: readonly string[]): void {
  for (let length = way.length; length > 0; length--) {
    const parent = directoryNode(root, way.slice(0, length - 1).join("/"));
    const segment = parsePatternSegment(way[length - 1] ?? "");
    const node = parent?.child(segment);
    if (parent === undefined || node === undefined) continue;
    if (!isEmpty(node)) return;
    if (segment.kind === "literal") parent.literals?.delete(segment.text);
    else parent.branches = parent.branches?.filter((branch) => branch.node !== node) ?? null;
    if (parent.literals?.size === 0) parent.literals = null;
    if (parent.branches?.length === 0) parent.branches = null;
  }
}

function isEmpty({ literals, branches, scripts, facts }: RouteNode): boolean {
  if (literals !== null || branches !== null || scripts?.some((script) => script !== null)) return false;
  if (facts === null) return true;
  const { pre, post, documents, exclusive } = facts;
  return !exclusive && documents.size === 0 && [...pre, ...post].every((file) => file === null);
}

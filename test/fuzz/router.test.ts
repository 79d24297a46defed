import { expect, test } from "bun:test";
import fc from "fast-check";
import { parsePatternSegment, type RouteType } from "../../src/routing/pattern.ts";
import { RouteTable } from "../../src/routing/route-table.ts";
import { toDeployment } from "../../src/scripts/deployment.ts";
import { isRouteFile } from "../../src/scripts/exclude.ts";

/** Few names, so that they meet often. */
const NAMES = ["a", "b", "[x]", "[y]", "[...r]", "[[...o]]", "index", "pre", "_h"] as const;
const DEPLOYMENT = toDeployment("app", "2");

const directory = fc.array(fc.constantFrom(...NAMES.filter((name) => name !== "index")), { maxLength: 2 });
const base = fc.constantFrom("app/2/", "app/2/", "app/2/", "app/", "2/", "");
const file = fc
  .tuple(base, directory, fc.constantFrom(...NAMES), fc.constantFrom(".ts", ".js"))
  .map(([root, names, name, extension]) => `${root}${[...names, name].join("/")}${extension}`);
const segments = fc.array(fc.constantFrom("a", "b", "c", "a.ts", "b.js", "index", "2"), { maxLength: 4 });

/** What the reference knows of a script: the names of its route, and what decides between equal ones. */
interface Candidate {
  readonly file: string;
  readonly names: readonly string[];
  /** 0 `.ts`, 1 `.js`, 2 and 3 the same as an index file. */
  readonly slot: number;
}

/** How specific one name is for one segment; the smaller wins. */
const RANK = { literal: 0, dynamic: 1, catchall: 2, "optional-catchall": 3 } as const;

/** Finds a script the slow way: every script is matched on its own, then the most specific match is taken. */
function referenceMatch(files: readonly string[], path: readonly string[]): string | null {
  for (const root of ["app/2/", "app/", "2/", ""]) {
    const matches = files
      .filter((candidate) => candidate.startsWith(root) && isRouteFile(candidate))
      .flatMap((candidate) => toCandidates(candidate, root))
      .flatMap((candidate) => {
        const ranks = ranksOf(candidate, path);
        return ranks === null ? [] : [{ candidate, key: [...ranks, candidate.slot] }];
      });
    matches.sort((one, other) => compareKeys(one.key, other.key));
    if (matches[0] !== undefined) return matches[0].candidate.file;
  }
  const fallbacks = ["app.ts", "app.js", "app/index.ts", "app/index.js", "index.ts", "index.js"];
  return fallbacks.find((fallback) => files.includes(fallback)) ?? null;
}

/** A script under its plain name, and under the one that spells its extension out. */
function toCandidates(candidate: string, root: string): Candidate[] {
  const names = candidate.slice(root.length).split("/");
  const last = names.pop() ?? "";
  const isJs = last.endsWith(".js") ? 1 : 0;
  const stem = last.slice(0, -3);
  const plain = stem === "index" ? { names, slot: 2 + isJs } : { names: [...names, stem], slot: isJs };
  const isLiteral = parsePatternSegment(stem).kind === "literal";
  return [
    { file: candidate, ...plain },
    ...(isLiteral ? [{ file: candidate, names: [...names, last], slot: 4 + isJs }] : []),
  ];
}

/** One rank for each step of the path, or null when the script does not answer it. */
function ranksOf({ names }: Candidate, path: readonly string[]): (number | string)[] | null {
  const ranks: (number | string)[] = [];
  for (const [at, name] of names.entries()) {
    const segment = parsePatternSegment(name);
    const isLast = at === names.length - 1;
    if (segment.kind === "catchall" || segment.kind === "optional-catchall") {
      const isMatch =
        isLast && (at < path.length || segment.kind === "optional-catchall") && at <= path.length;
      return isMatch ? [...ranks, RANK[segment.kind], segment.name] : null;
    }
    if (at >= path.length || (segment.kind === "literal" && segment.text !== path[at])) return null;
    ranks.push(RANK[segment.kind], segment.kind === "literal" ? "" : segment.name);
  }
  // The end of the path beats an optional catch-all that would take nothing.
  return names.length === path.length ? [...ranks, -1, ""] : null;
}

function compareKeys(one: readonly (number | string)[], other: readonly (number | string)[]): number {
  for (const [at, part] of one.entries()) {
    const counterpart = other[at];
    if (counterpart === undefined || part === counterpart) continue;
    return part < counterpart ? -1 : 1;
  }
  return one.length - other.length;
}

function answerOf(table: RouteTable, path: readonly string[]): string | null {
  const result = table.resolve(DEPLOYMENT, path);
  return result.kind === "match" ? result.match.file : null;
}

test("the route table agrees with matching every script on its own", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(file, { maxLength: 14 }),
      fc.array(segments, { minLength: 4 }),
      (files, paths) => {
        const table = tableWith(files);
        for (const path of paths) {
          expect({ path, file: answerOf(table, path) }).toEqual({ path, file: referenceMatch(files, path) });
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test("a table that followed changes is the same as one that was built anew", () => {
  const change = fc.record({ file, isRemoval: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 40 }),
      fc.array(segments, { minLength: 4 }),
      (changes, paths) => {
        const table = tableWith([]);
        const present = new Set<string>();
        for (const { file: changed, isRemoval } of changes) {
          table.apply({ kind: isRemoval ? "removed" : "written", file: changed, origin: "disk" });
          if (isRemoval) present.delete(changed);
          else present.add(changed);
        }
        const fresh = tableWith([...present]);
        expect(table.discover("")).toEqual(fresh.discover(""));
        for (const path of paths) expect(answerOf(table, path)).toBe(answerOf(fresh, path));
      },
    ),
    { numRuns: 1000 },
  );
});

test("a removed directory is the same as the removal of every file below it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(file, { maxLength: 14 }), fc.nat(3), (files, depth) => {
      const doomed = (files[0] ?? "app/2/a.ts")
        .split("/")
        .slice(0, depth + 1)
        .join("/");
      const table = tableWith(files);
      table.apply({ kind: "removed", file: doomed, origin: "disk" });
      const rest = files.filter((each) => each !== doomed && !each.startsWith(`${doomed}/`));
      expect(table.discover("")).toEqual(tableWith(rest).discover(""));
    }),
    { numRuns: 1000 },
  );
});

test("the kind of a match is the least specific kind on its way", () => {
  const kinds: readonly [mark: string, type: RouteType][] = [
    ["[[...", "optional-catchall"],
    ["[...", "catchall"],
    ["[", "dynamic"],
    ["", "static"],
  ];
  fc.assert(
    fc.property(fc.uniqueArray(file, { maxLength: 10 }), segments, (files, path) => {
      const result = tableWith(files).resolve(DEPLOYMENT, path);
      if (result.kind === "miss" || result.match.type === "fallback") return;
      const { routePattern, type } = result.match;
      const expected = kinds.find(([mark]) => routePattern.includes(mark))?.[1] ?? "static";
      expect(`${routePattern} ${type}`).toBe(`${routePattern} ${expected}`);
    }),
  );
});

function tableWith(files: readonly string[]): RouteTable {
  const table = new RouteTable({ root: "/nowhere" });
  for (const each of files) table.apply({ kind: "written", file: each, origin: "disk" });
  return table;
}

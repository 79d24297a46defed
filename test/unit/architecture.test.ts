import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSourceTree, type SourceFile } from "../support/source-tree.ts";

/** TABLE: folder → layer. A file imports from lower layers and from its own folder, never sideways. */
const LAYER_OF: Readonly<Record<string, number>> = {
  base: 0,
  // Scripts and other programs load it; it knows nothing of the server.
  client: 0,
  errors: 1,
  config: 2,
  process: 2,
  directives: 2,
  events: 2,
  scripts: 3,
  compiler: 3,
  state: 3,
  packages: 3,
  access: 3,
  cluster: 3,
  supervisor: 3,
  viewer: 3,
  logs: 3,
  metrics: 3,
  ai: 4,
  routing: 4,
  templates: 4,
  sdk: 4,
  engine: 5,
  validation: 5,
  "user-openapi": 5,
  schedules: 6,
  "services.ts": 7,
  api: 8,
};

/** Files that lie in `src/` itself, the services aside, stand on top. */
const TOP_LAYER = 9;

const LINES_MAX = 300;

const FILES = await readSourceTree();
const BY_PATH = new Map(FILES.map((file) => [file.path, file]));

test("every folder has a layer", () => {
  expect(FILES.map(({ path }) => path).filter((path) => layerOf(path) === undefined)).toEqual([]);
});

test("imports lead to a lower layer or stay in their folder", () => {
  const wrong = FILES.flatMap((file) =>
    [...file.imports, ...file.laterImports]
      .filter((target) => target.endsWith(".ts") && !isAllowed(file.path, target))
      .map((target) => `${file.path} → ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("imports of values form no cycle", () => {
  expect(findCycle()).toBeNull();
});

test("every import within src names a file that exists", () => {
  const missing = FILES.flatMap((file) =>
    [...file.imports, ...file.laterImports]
      .filter((target) => !existsSync(join(import.meta.dir, "../../src", target)))
      .map((target) => `${file.path} → ${target}`),
  );
  expect(missing).toEqual([]);
});

test("every file but the entry is reached from it", () => {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    const file = BY_PATH.get(path);
    for (const target of [...(file?.imports ?? []), ...(file?.laterImports ?? [])]) visit(target);
  };
  visit("main.ts");
  // What only writes documents is reached from scripts/.
  const describing = ["access", "config", "errors", "events", "metrics"].map(
    (folder) => `${folder}/describe.ts`,
  );
  // The client is for scripts and other programs; threads and processes are started by their file's name.
  const programs = ["client/index.ts", "viewer/scalar-thread.ts", "logs/search-process.ts"];
  for (const path of ["api/document.ts", ...describing, ...programs]) visit(path);
  expect(FILES.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
});

test("every operation has a contract test of the same name", () => {
  const operations = FILES.filter(({ path, calls }) => path.startsWith("api/") && calls.has("operation"));
  const untested = operations
    .map(({ path }) => path.replace(/^api\/(.*)\.ts$/, "test/contract/$1.test.ts"))
    .filter((path) => !existsSync(join(import.meta.dir, "../..", path)));
  expect(operations.length).toBeGreaterThan(0);
  expect(untested).toEqual([]);
});

test(`no file is longer than ${LINES_MAX} lines: a longer one usually holds two nouns`, () => {
  expect(
    FILES.filter(({ path, lines }) => lines > LINES_MAX && !path.includes("/generated/")).map(
      ({ path, lines }) => `${path}: ${lines}`,
    ),
  ).toEqual([]);
});

test("only program.ts and server.ts write to the console; everything else has the log", () => {
  expect(touching("console.", ["program.ts", "server.ts"])).toEqual([]);
});

test("only program.ts and config/ read the environment", () => {
  expect(touching("process.env", ["program.ts", "config/"])).toEqual([]);
});

test("only program.ts and parent.ts end the process", () => {
  expect(touching("process.exit", ["program.ts", "parent.ts"])).toEqual([]);
});

function touching(member: string, allowed: readonly string[]): readonly string[] {
  return FILES.filter(({ path }) => !allowed.some((prefix) => path.startsWith(prefix)))
    .filter(({ globalMembers }) => [...globalMembers].some((touched) => touched.startsWith(member)))
    .map(({ path }) => path);
}

function layerOf(path: string): number | undefined {
  const top = path.split("/", 1)[0] ?? path;
  return LAYER_OF[top] ?? (path.includes("/") ? undefined : TOP_LAYER);
}

function isAllowed(from: string, to: string): boolean {
  const folderOf = (path: string) => (path.includes("/") ? path.split("/", 1)[0] : "");
  if (folderOf(from) === folderOf(to)) return true;
  return (layerOf(to) ?? TOP_LAYER) < (layerOf(from) ?? 0);
}

/** Depth first; answers the files of the first cycle in their order. */
function findCycle(): readonly string[] | null {
  const done = new Set<string>();
  const search = (path: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return null;
    for (const target of BY_PATH.get(path)?.valueImports ?? []) {
      const cycle = search(target, [...trail, path]);
      if (cycle !== null) return cycle;
    }
    done.add(path);
    return null;
  };
  return FILES.map(({ path }: SourceFile) => search(path, [])).find((cycle) => cycle !== null) ?? null;
}

import { isRouteDirectory, isRouteName } from "../scripts/exclude.ts";
import { type ApiOperation, decoded } from "./operations.ts";

/** The script of an operation. */
export interface PlacedOperation {
  readonly operation: ApiOperation;
  /** Relative to the deployment. */
  readonly file: string;
}

/** Operations that one route leads to. */
export interface RouteGroup {
  /** Its script is the route. */
  readonly first: PlacedOperation;
  /** Their scripts lie beside it, under names that are no route. */
  readonly others: readonly PlacedOperation[];
}

/** Longest literal part of a path that becomes a file name, in bytes: extension and method come on top. */
const NAME_BYTES_MAX = 180;

/**
 * Where the scripts of operations lie: `/users/{id}` at `users/[id].ts`.
 *
 * A route knows no methods, so the first operation of a route is its script, and the others are `_[id].put.ts` beside
 * it. A part of a path that no file can be named after (`{id}.json`, `.well-known`) stands as a parameter; the script
 * then compares the path itself, and several such paths can share a route.
 */
export function placeOperations(operations: readonly ApiOperation[]): readonly RouteGroup[] {
  const names = new Map<string, string>();
  const byRoute = Map.groupBy(operations, ({ path }) => toRouteFile(path, names));
  return [...byRoute].map(([file, [first, ...others]]) => ({
    first: { operation: first as ApiOperation, file },
    others: placeBeside(file, others),
  }));
}

/** Whether a part of a path takes all that is left of it: `{path+}`, `{path*}`, `{+path}`, `{*path}`, `{path...}`, `*`. */
export function isCatchAll(segment: string): boolean {
  return /^(?:\*{1,2}|\{[+*][^{}]+\}|\{[^{}]+(?:[+*]|\.\.\.)\})$/.test(segment);
}

/** @param names Name of the parameter below each directory: two names in one place would be two routes. */
function toRouteFile(path: string, names: Map<string, string>): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  let at = "";
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (isLast && isCatchAll(segment)) return `${at}[...${toParameterName(segment, index)}].ts`;
    const literal = decoded(segment);
    if (isNameable(segment, literal)) {
      // `post` and `index` mean something else as files, and nothing as directories.
      if (isLast)
        return isRouteName(`${literal}.ts`) && literal !== "index"
          ? `${at}${literal}.ts`
          : `${at}${literal}/index.ts`;
      at += `${literal}/`;
    } else {
      const name = names.get(at) ?? toParameterName(segment, index);
      names.set(at, name);
      if (isLast) return `${at}[${name}].ts`;
      at += `[${name}]/`;
    }
  }
  return "index.ts";
}

function isNameable(segment: string, literal: string): boolean {
  return (
    !/[{}[\]*]/.test(segment) &&
    // Names of files stand in comments of others.
    !/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/.test(literal) &&
    isRouteDirectory(literal) &&
    Buffer.byteLength(literal) <= NAME_BYTES_MAX &&
    literal.isWellFormed()
  );
}

/** `{user-id}` → `userId`; a part without a usable name is counted. */
function toParameterName(segment: string, index: number): string {
  const words = /\{([^{}]+)\}/.exec(segment)?.[1]?.match(/[A-Za-z0-9]+/g) ?? [];
  const word = words.map((each, at) => (at === 0 ? each : each[0]?.toUpperCase() + each.slice(1))).join("");
  return /^[A-Za-z]\w{0,59}$/.test(word) ? word : `part${index + 1}`;
}

function placeBeside(file: string, operations: readonly ApiOperation[]): readonly PlacedOperation[] {
  const directory = file.slice(0, file.lastIndexOf("/") + 1);
  const stem = file.slice(directory.length, -".ts".length);
  const counts = new Map<string, number>();
  return operations.map((operation) => {
    const method = operation.method.toLowerCase();
    const count = (counts.get(method) ?? 0) + 1;
    counts.set(method, count);
    return { operation, file: `${directory}_${stem}.${method}${count === 1 ? "" : count}.ts` };
  });
}

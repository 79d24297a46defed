import { dirname, join, normalize } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One source file as the house rules see it. */
export interface SourceFile {
  /** Relative to `src/`. */
  readonly path: string;
  readonly lines: number;
  /** Files of `src/` it imports statically, types included. */
  readonly imports: readonly string[];
  /** The same without imports of types, which are gone at run time. */
  readonly valueImports: readonly string[];
  /** Files of `src/` it loads later: `import()` and `new URL("./x.ts", …)`. */
  readonly laterImports: readonly string[];
  /** Members of globals it touches: `process.env`, `console.log`. */
  readonly globalMembers: ReadonlySet<string>;
  /** Functions it calls by a plain name. */
  readonly calls: ReadonlySet<string>;
}

const SRC = join(import.meta.dir, "../../src");

/** Reads and parses every TypeScript file below `src/`. */
export async function readSourceTree(): Promise<readonly SourceFile[]> {
  const paths = [...new Bun.Glob("**/*.ts").scanSync(SRC)].sort();
  return Promise.all(paths.map(async (path) => toSourceFile(path, await Bun.file(join(SRC, path)).text())));
}

function toSourceFile(path: string, source: string): SourceFile {
  const { module, program } = parseSync(path, source);
  const resolve = (specifier: string | undefined) =>
    specifier?.startsWith(".") ? [normalize(join(dirname(path), specifier))] : [];
  const globalMembers = new Set<string>();
  const calls = new Set<string>();
  const later = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) =>
    resolve(source.slice(start + 1, end - 1)),
  );
  new Visitor({
    MemberExpression({ object, property }) {
      if (object.type === "Identifier" && property.type === "Identifier") {
        globalMembers.add(`${object.name}.${property.name}`);
      }
    },
    CallExpression({ callee }) {
      if (callee.type === "Identifier") calls.add(callee.name);
    },
    NewExpression({ callee, arguments: [first] }) {
      if (callee.type === "Identifier" && callee.name === "URL" && first?.type === "Literal") {
        later.push(...resolve(String(first.value)));
      }
    },
  }).visit(program);
  const requests = [
    ...module.staticImports.map(({ moduleRequest, entries }) => ({
      specifier: moduleRequest.value,
      isType: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map(({ moduleRequest, isType }) => ({ specifier: moduleRequest?.value, isType })),
    ),
  ];
  return {
    path,
    lines: source.split("\n").length - 1,
    imports: requests.flatMap(({ specifier }) => resolve(specifier)),
    valueImports: requests.flatMap(({ specifier, isType }) => (isType ? [] : resolve(specifier))),
    laterImports: later,
    globalMembers,
    calls,
  };
}

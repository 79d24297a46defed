import type { ApiOperation } from "./operations.ts";
import runtime from "./proxy.txt" with { type: "text" };
import { placeOperations, type RouteGroup } from "./route-files.ts";

/** What all scripts of an import have in common. */
export interface ProxyOptions {
  /** Comment lines with the directives, each with its line end. */
  readonly header: string;
  /** Whether they have a `@description`, which then stands instead of that of the operation. */
  readonly isDescribed: boolean;
  readonly pre: string | null;
  readonly post: string | null;
}

/** Where what the scripts share lies, relative to the deployment: nobody can change it through the control API. */
export const RUNTIME_FILE = "_sdk/proxy.ts";

/** What the scripts share. */
export const RUNTIME_TEXT: string = runtime;

/** What an import writes, by path relative to the deployment. */
export interface ProxyFiles {
  /** One for each operation. */
  readonly endpoints: ReadonlyMap<string, string>;
  /** A copy for each directory with a route: middleware does not reach further. */
  readonly middleware: ReadonlyMap<string, string>;
}

/** Writes the scripts that pass requests on to the operations of an API. */
export function toProxyFiles(operations: readonly ApiOperation[], options: ProxyOptions): ProxyFiles {
  const groups = placeOperations(operations);
  const directories = new Set(groups.map(({ first }) => directoryOf(first.file)));
  const sources = Object.entries({ "pre.js": options.pre, "post.js": options.post });
  return {
    endpoints: new Map(groups.flatMap((group) => scriptsOf(group, options))),
    middleware: new Map(
      [...directories].flatMap((directory) =>
        sources.flatMap(([name, source]) => (source === null ? [] : [[directory + name, source] as const])),
      ),
    ),
  };
}

function scriptsOf(
  { first, others }: RouteGroup,
  options: ProxyOptions,
): readonly (readonly [string, string])[] {
  const beside = others.map(({ file }) => ({ name: toImportName(file), file: `./${nameOf(file)}` }));
  const imports = beside.map(({ name, file }) => `import ${name} from ${JSON.stringify(file)};\n`).join("");
  const levels = first.file.split("/").length - 1;
  const runtimeFrom = `${levels === 0 ? "./" : "../".repeat(levels)}${RUNTIME_FILE}`;
  const operations = [toLiteral(first.operation), ...beside.map(({ name }) => name)];
  const route =
    `import { proxy } from ${JSON.stringify(runtimeFrom)};\n${imports}\n` +
    `export default proxy(${beside.length === 0 ? operations[0] : `\n${operations.map((each) => `  ${each},\n`).join("")}`});\n`;
  return [
    [first.file, headerOf(first.operation, options) + route],
    ...others.map(
      ({ file, operation }) =>
        [
          file,
          `${headerOf(operation, options)}// A part of ${nameOf(first.file)}, whose directives are in force.\nexport default ${toLiteral(operation)};\n`,
        ] as const,
    ),
  ];
}

/** `_[id].put2.ts` → `viaPut2` */
function toImportName(file: string): string {
  const [, method = ""] = /\.([a-z]+\d*)\.ts$/.exec(file) ?? [];
  return `via${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

function headerOf({ description }: ApiOperation, { header, isDescribed }: ProxyOptions): string {
  return isDescribed || description === "" ? header : `${header}// @description ${description}\n`;
}

function toLiteral({ method, server, path }: ApiOperation): string {
  return `{ method: "${method}", server: ${JSON.stringify(server)}, path: ${JSON.stringify(path)} }`;
}

function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}

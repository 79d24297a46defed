import { builtinModules } from "node:module";

/** What a module specifier of a script asks for. */
export type Specifier =
  /** A file beside the script, of an absolute path, or a URL. */
  | { readonly kind: "file" }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "package"; readonly name: string }
  /** `lodash@4`: versions belong into `package.json`, so the loader refuses it (script-runtime.md §12). */
  | { readonly kind: "versioned"; readonly name: string; readonly version: string }
  | { readonly kind: "invalid" };

/** `@scope/name/sub/path` or `name/sub/path`, each with an optional `@version` behind the name. */
const PACKAGE = /^(@[a-z0-9~][\w.~-]*\/[a-z0-9~][\w.~-]*|[a-z0-9~][\w.~-]*)(?:@([^/]*))?(?:\/.*)?$/i;
/** Longest name of a package, its scope included. */
const NAME_LENGTH_MAX = 214;
/** Names that npm keeps for itself. */
const FORBIDDEN_NAME = /^(node_modules|favicon\.ico)$/i;
/** Node's own modules, with and without `node:`; includes subpaths such as `fs/promises`. */
const BUILTINS: ReadonlySet<string> = new Set(builtinModules);

/**
 * Says what a specifier in `import` or `require` names, without looking at the disk.
 *
 * What a package may be called is said of `name` in npm's description of package.json.
 */
export function parseSpecifier(specifier: string): Specifier {
  if (/^(\.{0,2}\/|\.{1,2}$|file:|https?:|data:)/.test(specifier)) return { kind: "file" };
  if (isBuiltin(specifier)) return { kind: "builtin", name: specifier };
  const [, name, version] = PACKAGE.exec(specifier) ?? [];
  if (name === undefined || name.length > NAME_LENGTH_MAX || FORBIDDEN_NAME.test(name))
    return { kind: "invalid" };
  return version === undefined ? { kind: "package", name } : { kind: "versioned", name, version };
}

/** Whether a text is the plain name of a package, without subpath and version: only such a one is looked up or installed. */
export function isPackageName(text: string): boolean {
  const specifier = parseSpecifier(text);
  return specifier.kind === "package" && specifier.name === text;
}

function isBuiltin(specifier: string): boolean {
  if (BUILTINS.has(specifier)) return true;
  if (/^bun(:|$)/.test(specifier)) return true;
  return specifier.startsWith("node:") && specifier !== "node:";
}

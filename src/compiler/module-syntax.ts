import { blank, type Edit } from "./source-text.ts";
import type { Node } from "./syntax-tree.ts";

/** One name that an import binds: `imported` is `default`, `*`, or the exporter's name. */
export interface ImportedName {
  readonly imported: string;
  readonly local: string;
}

/** One module that a script imports statically. */
export interface StaticImport {
  readonly specifier: string;
  readonly names: readonly ImportedName[];
}

/** One name that a module exports, and the expression that reads it inside the module. */
export interface ExportedName {
  /** `*` for `export * from`: everything but the default. */
  readonly exported: string;
  readonly expression: string;
}

/** A module's import and export statements, taken out of its body. */
export interface ModuleSyntax {
  readonly edits: readonly Edit[];
  readonly imports: readonly StaticImport[];
  readonly exports: readonly ExportedName[];
}

/** Stands for `import.meta`; as long as it, so that columns stay. */
export const IMPORT_META = "$importMeta";
/** Stands for the `import` of `import("x")`; as long as it. */
export const DYNAMIC_IMPORT = "$$load";
/** Holds the value of `export default <expression>`: its declaration is as long as those two words. */
const DEFAULT_EXPORT = "$$value";
const DEFAULT_WORDS = /^export(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)+default/;

/**
 * Takes import and export statements out of a source, because a function body may hold neither.
 *
 * @param isUsed Whether a local name of an import is used as a value; TypeScript drops an import that is not.
 */
export function takeModuleSyntax(
  source: string,
  program: Node,
  isUsed: (local: string) => boolean,
): ModuleSyntax {
  const taken = { edits: [] as Edit[], imports: [] as StaticImport[], exports: [] as ExportedName[] };
  const blankRange = (start: number, end: number) => {
    taken.edits.push({ start, end, text: blank(source.slice(start, end)) });
  };
  for (const statement of program["body"] as Node[]) {
    switch (statement.type) {
      case "ImportDeclaration":
        blankRange(statement.start, statement.end);
        if (statement["importKind"] !== "type") takeImport(statement);
        break;
      case "ExportAllDeclaration":
        blankRange(statement.start, statement.end);
        if (statement["exportKind"] !== "type") takeExportAll(statement);
        break;
      case "ExportNamedDeclaration":
        if (statement["exportKind"] === "type") blankRange(statement.start, statement.end);
        else takeNamed(statement);
        break;
      case "ExportDefaultDeclaration":
        takeDefault(statement);
        break;
      default:
    }
  }
  return taken;

  function takeImport(statement: Node): void {
    const specifiers = (statement["specifiers"] as Node[]).filter((each) => each["importKind"] !== "type");
    const names = specifiers.map(toImportedName).filter((name) => isUsed(name.local));
    const isForEffect = (statement["specifiers"] as Node[]).length === 0;
    if (isForEffect || names.length > 0) taken.imports.push({ specifier: specifierOf(statement), names });
  }

  function takeExportAll(statement: Node): void {
    const name = statement["exported"] as Node | null;
    reExport(statement, [{ imported: "*", exported: name === null ? "*" : nameOf(name) }]);
  }

  function takeNamed(statement: Node): void {
    const declaration = statement["declaration"] as Node | null;
    if (declaration !== null) {
      blankRange(statement.start, declaration.start);
      for (const name of declaredNames(declaration)) taken.exports.push({ exported: name, expression: name });
      return;
    }
    blankRange(statement.start, statement.end);
    const pairs = (statement["specifiers"] as Node[])
      .filter((each) => each["exportKind"] !== "type")
      .map((each) => ({
        imported: nameOf(each["local"] as Node),
        exported: nameOf(each["exported"] as Node),
      }));
    if (statement["source"]) return reExport(statement, pairs);
    for (const pair of pairs) taken.exports.push({ exported: pair.exported, expression: pair.imported });
  }

  /** A named function or class keeps its name and hoisting; anything else becomes a constant. */
  function takeDefault(statement: Node): void {
    const declaration = statement["declaration"] as Node;
    const id = declaration["id"] as Node | null | undefined;
    const isNamed = /^(Function|Class)Declaration$/.test(declaration.type) && id;
    if (isNamed) {
      blankRange(statement.start, declaration.start);
      taken.exports.push({ exported: "default", expression: nameOf(id) });
      return;
    }
    const [words] = DEFAULT_WORDS.exec(source.slice(statement.start, declaration.start)) as RegExpExecArray;
    const constant = `const ${DEFAULT_EXPORT}=${words.replace(/[^\n]/g, "")}`;
    const end = statement.start + words.length;
    // What follows stays, because a parenthesis may open before the expression's own node.
    taken.edits.push({ start: statement.start, end, text: constant.padEnd(words.length) });
    // A declaration needs no semicolon; without one the next line would belong to the constant.
    taken.edits.push({ start: statement.end, end: statement.end, text: ";" });
    taken.exports.push({ exported: "default", expression: DEFAULT_EXPORT });
  }

  function reExport(statement: Node, pairs: readonly { imported: string; exported: string }[]): void {
    const names = pairs.map((pair, at) => ({
      imported: pair.imported,
      local: `$$re${taken.imports.length}_${at}`,
    }));
    pairs.forEach((pair, at) => {
      taken.exports.push({ exported: pair.exported, expression: names[at]?.local ?? "undefined" });
    });
    taken.imports.push({ specifier: specifierOf(statement), names });
  }
}

function specifierOf(statement: Node): string {
  return (statement["source"] as Node)["value"] as string;
}

function toImportedName(specifier: Node): ImportedName {
  const local = nameOf(specifier["local"] as Node);
  if (specifier.type === "ImportDefaultSpecifier") return { imported: "default", local };
  if (specifier.type === "ImportNamespaceSpecifier") return { imported: "*", local };
  return { imported: nameOf(specifier["imported"] as Node), local };
}

/** An identifier, or a string as in `export { a as "b-c" }`. */
function nameOf(node: Node): string {
  return (node["name"] ?? node["value"]) as string;
}

/** Names that a declaration binds, those of a pattern included. */
export function declaredNames(declaration: Node): string[] {
  if (declaration.type !== "VariableDeclaration") return [nameOf(declaration["id"] as Node)];
  return (declaration["declarations"] as Node[]).flatMap((each) => patternNames(each["id"] as Node));
}

function patternNames(pattern: Node): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [nameOf(pattern)];
    case "AssignmentPattern":
      return patternNames(pattern["left"] as Node);
    case "RestElement":
      return patternNames(pattern["argument"] as Node);
    case "ArrayPattern":
      return (pattern["elements"] as (Node | null)[]).flatMap((each) => (each ? patternNames(each) : []));
    case "ObjectPattern":
      return (pattern["properties"] as Node[]).flatMap((each) =>
        patternNames(each.type === "RestElement" ? each : (each["value"] as Node)),
      );
    default:
      return [];
  }
}

import type { Node } from "../compiler/syntax-tree.ts";
import type { JsonObject } from "./json.ts";

/** Interfaces, aliases and enums of a file, by name. */
export type Declarations = ReadonlyMap<string, Node>;

/** What the parameters of a generic type stand for. */
export type TypeArguments = ReadonlyMap<string, JsonObject>;

/** Of a type that is not generic. */
export const NO_ARGUMENTS: TypeArguments = new Map();

const DECLARATIONS = new Set(["TSInterfaceDeclaration", "TSTypeAliasDeclaration", "TSEnumDeclaration"]);

/** The types that the top level of a program declares, exported or not; the first of a name counts. */
export function declarationsOf(program: Node): Declarations {
  const found = new Map<string, Node>();
  for (const statement of program["body"] as Node[]) {
    const declaration =
      statement.type === "ExportNamedDeclaration" ? (statement["declaration"] as Node | null) : statement;
    if (declaration === null || !DECLARATIONS.has(declaration.type)) continue;
    const name = String((declaration["id"] as Node)["name"]);
    if (!found.has(name)) found.set(name, declaration);
  }
  return found;
}

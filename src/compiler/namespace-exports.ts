import { declaredNames } from "./module-syntax.ts";
import type { Edit } from "./source-text.ts";
import type { Node } from "./syntax-tree.ts";

/**
 * The edits that let the transformer take `export let` and `export var` inside a namespace, which it refuses: the
 * variable stays a local one, and the namespace gets an accessor for it.
 *
 * Everything stays on its line.
 */
export function openNamespaceExports(program: Node): readonly Edit[] {
  return (program["body"] as Node[]).flatMap((statement) => editsOf(namespaceOf(statement)));
}

function editsOf(namespace: Node | null): readonly Edit[] {
  const body = (namespace?.["body"] as Node | null)?.["body"] as Node[] | undefined;
  if (namespace === null || body === undefined) return [];
  return body.flatMap((statement) => {
    const declaration = statement["declaration"] as Node | null | undefined;
    const isVariable =
      statement.type === "ExportNamedDeclaration" && declaration?.type === "VariableDeclaration";
    if (!isVariable || declaration["kind"] === "const" || declaration["declare"] === true) {
      return editsOf(namespaceOf(statement));
    }
    const accessors = declaredNames(declaration).map((name) => accessor(innermostName(namespace), name));
    return [
      {
        start: statement.start,
        end: declaration.start,
        text: " ".repeat(declaration.start - statement.start),
      },
      { start: statement.end, end: statement.end, text: `;${accessors.join("")}` },
    ];
  });
}

/** The namespace that a statement declares, exported or not; null for any other statement. */
function namespaceOf(statement: Node): Node | null {
  const exported =
    statement.type === "ExportNamedDeclaration" ? (statement["declaration"] as Node | null) : null;
  const declaration = exported ?? statement;
  return declaration.type === "TSModuleDeclaration" && declaration["declare"] !== true ? declaration : null;
}

/** `C` of `namespace A.B.C`. */
function innermostName(namespace: Node): string {
  const id = namespace["id"] as Node;
  return (id.type === "TSQualifiedName" ? (id["right"] as Node) : id)["name"] as string;
}

function accessor(namespace: string, name: string): string {
  const parameter = name === "_" ? "$" : "_";
  const members = `get(){return ${name}},set(${parameter}){${name}=${parameter}},enumerable:true,configurable:true`;
  return `Object.defineProperty(${namespace},"${name}",{${members}});`;
}

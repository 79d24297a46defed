import { isBuiltin } from "node:module";
import { forEachChild, isFunction, isTypedExpression, isTypeOnly, type Node } from "./syntax-tree.ts";

/** How a name came into a scope; `builtin` is whatever comes out of a module of the runtime. */
export type Binding = "import" | "builtin" | "local";

/** The names a node's own block declares, or null when it opens no scope. */
export function lexicalNames(node: Node): Map<string, Binding> | null {
  const names = new Map<string, Binding>();
  switch (node.type) {
    case "BlockStatement":
    case "StaticBlock":
      declareStatements(node["body"] as Node[], names);
      if (node.type === "StaticBlock") for (const item of node["body"] as Node[]) declareVars(item, names);
      return names;
    case "SwitchStatement":
      for (const each of node["cases"] as Node[]) declareStatements(each["consequent"] as Node[], names);
      return names;
    case "ForStatement":
      declareStatements([node["init"] as Node].filter(Boolean), names);
      return names;
    case "ForInStatement":
    case "ForOfStatement":
      declareStatements([node["left"] as Node], names);
      return names;
    case "CatchClause":
      if (node["param"]) declarePattern(node["param"] as Node, "local", names);
      return names;
    case "ClassDeclaration":
    case "ClassExpression":
      if (node["id"]) names.set((node["id"] as Node)["name"] as string, "local");
      return names;
    default:
      return null;
  }
}

/** `let`, `const`, `class`, `function` and `import` of one list of statements. */
export function declareStatements(statements: readonly Node[], names: Map<string, Binding>): void {
  for (const statement of statements) {
    const declaration =
      statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration"
        ? (statement["declaration"] as Node | null)
        : statement;
    if (!declaration || isTypeOnly(declaration)) continue;
    if (declaration.type === "ImportDeclaration") {
      if (declaration["importKind"] === "type") continue;
      const binding = isRuntimeModule(declaration["source"]) ? "builtin" : "import";
      for (const specifier of declaration["specifiers"] as Node[]) {
        if (specifier["importKind"] === "type") continue;
        names.set((specifier["local"] as Node)["name"] as string, binding);
      }
    } else if (declaration.type === "VariableDeclaration") {
      if (declaration["kind"] !== "var") declareVariables(declaration, names);
    } else if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
      const id = declaration["id"] as Node | null;
      if (id) names.set(id["name"] as string, "local");
    }
  }
}

/** Every `var` and every function in a block, wherever it stands below a function's body. */
export function declareVars(node: Node, names: Map<string, Binding>): void {
  if (isTypeOnly(node)) return;
  if (node.type === "VariableDeclaration" && node["kind"] === "var") declareVariables(node, names);
  if (node.type === "FunctionDeclaration") {
    const id = node["id"] as Node | null;
    if (id) names.set(id["name"] as string, "local");
  }
  if (isFunction(node) || node.type === "ClassDeclaration" || node.type === "ClassExpression") return;
  forEachChild(node, (child) => {
    declareVars(child, names);
  });
}

function declareVariables(declaration: Node, names: Map<string, Binding>): void {
  for (const declarator of declaration["declarations"] as Node[]) {
    declarePattern(declarator["id"] as Node, takesBuiltin(declarator["init"]) ? "builtin" : "local", names);
  }
}

/** Every name that a pattern binds. */
export function declarePattern(pattern: Node, binding: Binding, names: Map<string, Binding>): void {
  switch (pattern.type) {
    case "Identifier":
      names.set(pattern["name"] as string, binding);
      return;
    case "AssignmentPattern":
      declarePattern(pattern["left"] as Node, binding, names);
      return;
    case "RestElement":
      declarePattern(pattern["argument"] as Node, binding, names);
      return;
    case "ArrayPattern":
      for (const element of pattern["elements"] as (Node | null)[]) {
        if (element) declarePattern(element, binding, names);
      }
      return;
    case "ObjectPattern":
      for (const property of pattern["properties"] as Node[]) {
        const inner = property.type === "RestElement" ? property : (property["value"] as Node);
        declarePattern(inner, binding, names);
      }
      return;
    default: // A member expression is a target of an assignment, never of a declaration.
  }
}

/** `require("node:x")` or `import("node:x")`, also awaited or with a member read from it. */
function takesBuiltin(init: unknown): boolean {
  let node = init as Node | null;
  while (node) {
    if (node.type === "AwaitExpression") node = node["argument"] as Node;
    else if (node.type === "MemberExpression") node = node["object"] as Node;
    else if (isTypedExpression(node)) node = node["expression"] as Node;
    else break;
  }
  if (!node) return false;
  if (node.type === "ImportExpression") return isRuntimeModule(node["source"]);
  if (node.type !== "CallExpression" || (node["callee"] as Node)["name"] !== "require") return false;
  return isRuntimeModule((node["arguments"] as Node[])[0]);
}

/** Whether a literal names a module of the runtime; a computed name counts as one, to be on the safe side. */
function isRuntimeModule(literal: unknown): boolean {
  const specifier = (literal as Node | undefined)?.["value"];
  return typeof specifier !== "string" || /^(node|bun):|^bun$/.test(specifier) || isBuiltin(specifier);
}

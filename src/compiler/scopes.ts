import {
  type Binding,
  declarePattern,
  declareStatements,
  declareVars,
  lexicalNames,
} from "./declarations.ts";
import { forEachChild, isFunction, isTypedExpression, isTypeOnly, type Node } from "./syntax-tree.ts";

/** One use of a name that is no declaration. */
export interface Reference {
  readonly name: string;
  /** Null for a name that no scope of the file declares. */
  readonly binding: Binding | null;
  /** The nodes around the name, outermost first; the last one is its parent. */
  readonly ancestors: readonly Node[];
  readonly node: Node;
  /** Whether the name itself is assigned, updated or deleted. */
  readonly written: boolean;
}

/** Callbacks of {@link walkScopes}; nodes that exist for types only are never visited. */
export interface ScopeVisitor {
  reference(reference: Reference): void;
  /** Every other node, before its children. */
  enter?(node: Node, context: WalkContext): void;
}

/** Where the walk is. */
export interface WalkContext {
  readonly ancestors: readonly Node[];
  /** Number of functions around the node, arrow functions included; 0 is the script's top level. */
  readonly functionDepth: number;
  /** What a name is bound to here; null when no scope of the file declares it. */
  lookup(name: string): Binding | null;
}

interface Scope {
  readonly names: Map<string, Binding>;
  readonly parent: Scope | null;
}

/**
 * Walks a script and resolves each name to its declaration (ECMA-262 §14–16, with Annex B functions in blocks).
 */
export function walkScopes(program: Node, visitor: ScopeVisitor): void {
  const ancestors: Node[] = [];
  let functionDepth = 0;
  let scope: Scope = { names: new Map(), parent: null };
  const lookup = (name: string): Binding | null => {
    for (let at: Scope | null = scope; at !== null; at = at.parent) {
      const binding = at.names.get(name);
      if (binding !== undefined) return binding;
    }
    return null;
  };
  const context: WalkContext = {
    ancestors,
    get functionDepth() {
      return functionDepth;
    },
    lookup,
  };

  const within = (names: Map<string, Binding>, walk: () => void) => {
    const outer = scope;
    scope = { names, parent: outer };
    walk();
    scope = outer;
  };
  const children = (node: Node, skip?: string) => {
    ancestors.push(node);
    forEachChild(node, (child, key) => {
      if (key !== skip) visit(child, key);
    });
    ancestors.pop();
  };

  const visit = (node: Node, key: string): void => {
    if (isTypeOnly(node)) return;
    if (node.type === "Identifier") {
      const parent = ancestors.at(-1) as Node;
      if (!isReference(key, parent, ancestors)) return;
      visitor.reference({
        name: node["name"] as string,
        binding: lookup(node["name"] as string),
        ancestors,
        node,
        written: isWriteTarget(node, ancestors),
      });
      return;
    }
    visitor.enter?.(node, context);
    if (isFunction(node)) return visitFunction(node);
    const names = lexicalNames(node);
    if (names === null) return children(node);
    within(names, () => children(node));
  };

  const visitFunction = (node: Node) => {
    const names = new Map<string, Binding>();
    const id = node["id"] as Node | null;
    if (node.type === "FunctionExpression" && id) names.set(id["name"] as string, "local");
    if (node.type !== "ArrowFunctionExpression") names.set("arguments", "local");
    for (const parameter of node["params"] as Node[]) declarePattern(parameter, "local", names);
    declareVars(node["body"] as Node, names);
    functionDepth++;
    within(names, () => children(node, "id"));
    functionDepth--;
  };

  const top = new Map<string, Binding>();
  declareVars(program, top);
  declareStatements(program["body"] as Node[], top);
  visitor.enter?.(program, context);
  within(top, () => children(program));
}

/**
 * Whether an identifier uses a name, rather than declaring or merely spelling it.
 *
 * Names inside a declaration's pattern count as uses of themselves: they are bound, so nothing follows from it.
 */
function isReference(key: string, parent: Node, ancestors: readonly Node[]): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return key === "object" || parent["computed"] === true;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return key === "value" || parent["computed"] === true;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "ImportAttribute":
    case "ExportAllDeclaration":
      return false;
    case "ExportSpecifier":
      return key === "local" && !ancestors.at(-2)?.["source"];
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return key === "body";
    case "ClassDeclaration":
    case "ClassExpression":
      return key === "superClass";
    case "VariableDeclarator":
      return key === "init";
    case "CatchClause":
      return key === "body";
    default:
      return true;
  }
}

/** Whether a name stands where a value is put: `a = 1`, `a++`, `[a] = b`, `for (a of b)`, `delete a`. */
export function isWriteTarget(node: Node, ancestors: readonly Node[]): boolean {
  let child = node;
  for (let at = ancestors.length - 1; at >= 0; at--) {
    const parent = ancestors[at] as Node;
    switch (parent.type) {
      case "AssignmentExpression":
      case "ForInStatement":
      case "ForOfStatement":
        return parent["left"] === child;
      case "UpdateExpression":
        return true;
      case "UnaryExpression":
        return parent["operator"] === "delete";
      case "AssignmentPattern":
        if (parent["left"] !== child) return false;
        break;
      case "ArrayPattern":
      case "ObjectPattern":
      case "RestElement":
        break;
      case "Property":
        if (parent["value"] !== child) return false;
        break;
      default:
        if (!isTypedExpression(parent)) return false;
    }
    child = parent;
  }
  return false;
}

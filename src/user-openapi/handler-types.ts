import {
  forEachChild,
  isFunction,
  memberName,
  type Node,
  unwrapExpression,
} from "../compiler/syntax-tree.ts";
import type { Json, JsonObject } from "./json.ts";
import { type Constants, readLiteral } from "./literal.ts";
import type { Shapes } from "./source-shapes.ts";
import { isNothing, nameOf, saysSomething, type TypeSchemas } from "./type-schema.ts";

/** Which part of the shapes a member of the request carries. */
type Part = "params" | "query" | "body";

/** Where a script reads its input, by the object and the member that it reads. */
const PART_OF: Readonly<Record<string, Part>> = {
  "req.body": "body",
  "request.body": "body",
  "req.params": "params",
  "request.params": "params",
  "metadata.parameters": "params",
  "metadata.query": "query",
};

/** What the type arguments of a `Request<…>` mean, by how many there are; four is Express's own. */
const REQUEST_ARGUMENTS: readonly (readonly (Part | "response")[])[] = [
  [],
  ["body"],
  ["params", "body"],
  ["params", "body", "query"],
  ["params", "response", "body", "query"],
];

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Reads what the handler of a program is declared to take and to give: annotations of its parameters, its return type, and
 * assertions such as `req.body as Order`. The first that says something counts.
 */
export class HandlerTypes {
  /** The literal that is exported as `schema`; undefined for none, and for one that is no literal. */
  readonly schema: Json | undefined;
  /** Methods that the program exports functions for, in lower case. */
  readonly methods: readonly string[];
  readonly #program: Node;
  readonly #types: TypeSchemas;
  readonly #constants: Constants;
  readonly #found = new Map<Part | "response", JsonObject>();

  constructor(program: Node, types: TypeSchemas) {
    this.#program = program;
    this.#types = types;
    this.#constants = constantsOf(program);
    const exported = exportsOf(program);
    const schema = exported.get("schema");
    this.schema = schema === undefined ? undefined : readLiteral(schema, this.#constants);
    this.methods = METHODS.filter((method) => exported.has(method)).map((method) => method.toLowerCase());
    for (const name of ["default", "handler", ...METHODS]) {
      const value = exported.get(name);
      const handler = value === undefined ? null : this.#toFunction(value);
      if (handler !== null) this.#readFunction(handler);
    }
  }

  /** What was found; assertions anywhere in the program fill what the annotations left open. */
  read(): Omit<Shapes, "components" | "methods"> {
    const waiting: Node[] = [this.#program];
    // No recursion: a long sum is a tree as deep as it is long.
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      this.#readAssertion(node);
      const children: Node[] = [];
      forEachChild(node, (child) => children.push(child));
      for (const child of children.reverse()) waiting.push(child);
    }
    return Object.fromEntries(this.#found);
  }

  #toFunction(value: Node, depth = 0): Node | null {
    const node = unwrapExpression(value);
    if (isFunction(node)) return node;
    if (node.type !== "Identifier" || depth > 8) return null;
    const constant = this.#constants.get(node["name"] as string);
    return constant === undefined ? null : this.#toFunction(constant, depth + 1);
  }

  #readFunction(handler: Node): void {
    const [request, , metadata] = handler["params"] as Node[];
    const requestType = annotationOf(request);
    if (requestType !== null) this.#readRequestType(requestType);
    const metadataType = annotationOf(metadata);
    if (metadataType !== null) {
      const members = this.#types.membersOf(metadataType);
      this.#note("query", members?.get("query"));
      this.#note("params", members?.get("parameters"));
    }
    this.#note("response", (handler["returnType"] as Node | null)?.["typeAnnotation"] as Node | undefined);
  }

  #readRequestType(type: Node): void {
    const name = nameOf(type);
    const given = (type["typeArguments"] as Node | null)?.["params"] as Node[] | undefined;
    if (name !== null && !this.#types.isDeclared(name) && /Request$/.test(name)) {
      const parts = REQUEST_ARGUMENTS[given?.length ?? 0] ?? [];
      for (const [at, part] of parts.entries()) this.#note(part, given?.[at]);
      return;
    }
    if (type.type === "TSIntersectionType") {
      for (const each of type["types"] as Node[]) this.#readRequestType(each);
      return;
    }
    const members = this.#types.membersOf(type);
    for (const part of ["params", "query", "body"] as const) this.#note(part, members?.get(part));
  }

  /** `req.body as T`, `<T>req.body`, `const x: T = req.body`, and the same of `await request.json()`. */
  #readAssertion(node: Node): void {
    switch (node.type) {
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSTypeAssertion":
        return this.#note(partOf(node["expression"] as Node), node["typeAnnotation"] as Node);
      case "VariableDeclarator": {
        const init = node["init"] as Node | null;
        if (init !== null) this.#note(partOf(init), annotationOf(node["id"] as Node) ?? undefined);
        return;
      }
      default:
    }
  }

  #note(part: Part | "response" | null, type: Node | undefined): void {
    if (part === null || type === undefined || this.#found.has(part) || isNothing(type)) return;
    const schema = this.#types.read(type);
    if (saysSomething(schema)) this.#found.set(part, schema);
  }
}

/** Values of top-level constants and functions, by name. */
function constantsOf(program: Node): Constants {
  const found = new Map<string, Node>();
  for (const statement of program["body"] as Node[]) {
    const declaration =
      statement.type === "ExportNamedDeclaration" ? (statement["declaration"] as Node | null) : statement;
    if (declaration?.type === "FunctionDeclaration") {
      const id = declaration["id"] as Node | null;
      if (id !== null) found.set(id["name"] as string, declaration);
    }
    if (declaration?.type !== "VariableDeclaration" || declaration["kind"] !== "const") continue;
    for (const declarator of declaration["declarations"] as Node[]) {
      const id = declarator["id"] as Node;
      const init = declarator["init"] as Node | null;
      if (id.type === "Identifier" && init !== null) found.set(id["name"] as string, init);
    }
  }
  return found;
}

/** What a program exports, by name; `module.exports` itself is its default. The last of a name counts. */
function exportsOf(program: Node): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const statement of program["body"] as Node[]) {
    if (statement.type === "ExportDefaultDeclaration") found.set("default", statement["declaration"] as Node);
    if (statement.type === "ExportNamedDeclaration") {
      for (const [name, value] of namedExports(statement)) found.set(name, value);
    }
    const expression = statement.type === "ExpressionStatement" ? (statement["expression"] as Node) : null;
    if (expression?.type === "AssignmentExpression" && expression["operator"] === "=") {
      const name = exportedName(expression["left"] as Node);
      if (name !== null) found.set(name, expression["right"] as Node);
    }
  }
  return found;
}

function namedExports(statement: Node): readonly [string, Node][] {
  const declaration = statement["declaration"] as Node | null;
  if (declaration?.type === "FunctionDeclaration") {
    return [[String((declaration["id"] as Node)["name"]), declaration]];
  }
  if (declaration?.type === "VariableDeclaration") {
    return (declaration["declarations"] as Node[]).flatMap((each): [string, Node][] => {
      const name = (each["id"] as Node)["name"];
      return typeof name === "string" && each["init"] ? [[name, each["init"] as Node]] : [];
    });
  }
  if (statement["source"]) return [];
  return ((statement["specifiers"] as Node[] | undefined) ?? []).map((each) => {
    const exported = each["exported"] as Node;
    return [String(exported["name"] ?? exported["value"]), each["local"] as Node];
  });
}

/** `module.exports` → `default`, `module.exports.schema` and `exports.schema` → `schema`; null for other targets. */
function exportedName(target: Node): string | null {
  if (target.type !== "MemberExpression") return null;
  if (isModuleExports(target)) return "default";
  const object = target["object"] as Node;
  const isExports = isModuleExports(object) || (object.type === "Identifier" && object["name"] === "exports");
  return isExports ? memberName(target) : null;
}

function isModuleExports(node: Node): boolean {
  if (node.type !== "MemberExpression") return false;
  const object = node["object"] as Node;
  return object.type === "Identifier" && object["name"] === "module" && memberName(node) === "exports";
}

function annotationOf(parameter: Node | undefined): Node | null {
  const pattern = parameter?.type === "AssignmentPattern" ? (parameter["left"] as Node) : parameter;
  const annotation = pattern?.["typeAnnotation"] as Node | null | undefined;
  return (annotation?.["typeAnnotation"] as Node | undefined) ?? null;
}

/** What an expression reads of the request; null for anything else. */
function partOf(expression: Node): Part | null {
  let node = unwrapExpression(expression);
  if (node.type === "AwaitExpression") node = unwrapExpression(node["argument"] as Node);
  if (node.type === "LogicalExpression") node = unwrapExpression(node["left"] as Node);
  if (node.type === "CallExpression") {
    const callee = node["callee"] as Node;
    return callee.type === "MemberExpression" && readsFrom(callee) === "request.json" ? "body" : null;
  }
  const place = node.type === "MemberExpression" ? readsFrom(node) : null;
  return place !== null && Object.hasOwn(PART_OF, place) ? (PART_OF[place] ?? null) : null;
}

/** `req.body` for the member access of that name; null when it is computed or deeper. */
function readsFrom(member: Node): string | null {
  const object = member["object"] as Node;
  const name = memberName(member);
  return object.type === "Identifier" && name !== null ? `${String(object["name"])}.${name}` : null;
}

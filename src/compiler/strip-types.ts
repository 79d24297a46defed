import { blank, type Edit } from "./source-text.ts";
import { forEachChild, isFunction, isTypeOnly, type Node } from "./syntax-tree.ts";

/**
 * The edits that blank every type of a TypeScript file, so that lines and columns stay the author's.
 *
 * @returns null when the file has syntax that needs code of its own: enum, namespace, parameter property, decorator,
 *   `accessor`, `import = require()`. Those files go through `compiler/transform.ts` and a source map.
 */
export function stripTypes(program: Node, source: string): readonly Edit[] | null {
  const stripper = new TypeStripper(source);
  return stripper.visit(program) ? stripper.finish() : null;
}

/** Statements that end without a semicolon when the parser lets them. */
const STATEMENT_LISTS = new Set(["Program", "BlockStatement", "StaticBlock", "SwitchCase", "ClassBody"]);
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;
const MODIFIERS = /\b(public|private|protected|readonly|override|abstract|declare)\b/g;

class TypeStripper {
  readonly #source: string;
  readonly #edits: Edit[] = [];
  /** Ends of statements: a type blanked up to there leaves a semicolon, or the next line would join the statement. */
  readonly #statementEnds = new Set<number>();

  constructor(source: string) {
    this.#source = source;
  }

  finish(): readonly Edit[] {
    return this.#edits.map((edit) => {
      if (!this.#statementEnds.has(edit.end) || !/\s$/.test(edit.text) || /[;}]$/.test(edit.text))
        return edit;
      return /[\n\r]$/.test(edit.text) ? edit : { ...edit, text: `${edit.text.slice(0, -1)};` };
    });
  }

  /** Collects edits below a node; false when blanking is not enough. */
  visit(node: Node): boolean {
    if (needsCode(node)) return false;
    if (isErased(node)) {
      this.#blankStatement(node);
      return true;
    }
    this.#own(node);
    let erasable = true;
    const isList = STATEMENT_LISTS.has(node.type);
    forEachChild(node, (child) => {
      if (isList) this.#statementEnds.add(child.end);
      const inType = isTypeOnly(child) && !needsCode(child) && !isErased(child);
      if (erasable && !inType) erasable = this.visit(child);
    });
    return erasable;
  }

  /** What of the node itself has to go. */
  #own(node: Node): void {
    this.#annotation(node);
    switch (node.type) {
      // The tree has no parentheses: what stands between an expression and its type may be one that has to stay.
      case "TSAsExpression":
      case "TSSatisfiesExpression": {
        const word = node.type === "TSAsExpression" ? "as" : "satisfies";
        const from = (node["expression"] as Node).end;
        const between = this.#source.slice(from, (node["typeAnnotation"] as Node).start);
        this.#blank(from + between.replace(COMMENTS, blank).lastIndexOf(word), node.end);
        return;
      }
      case "TSNonNullExpression":
        this.#blank(node.end - 1, node.end);
        return;
      case "TSInstantiationExpression":
        this.#blank((node["typeArguments"] as Node).start, node.end);
        return;
      case "TSTypeAssertion":
        this.#blank(node.start, this.#source.indexOf(">", (node["typeAnnotation"] as Node).end) + 1);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#classHead(node);
      case "PropertyDefinition":
      case "MethodDefinition":
        return this.#member(node);
      case "ImportSpecifier":
      case "ExportSpecifier":
        if ((node["importKind"] ?? node["exportKind"]) === "type") this.#blankListItem(node);
        return;
      case "VariableDeclarator":
        if (node["definite"] === true) this.#blankMark("!", (node["id"] as Node).start, node.end);
        return;
      case "Identifier":
        if (node["optional"] === true) this.#blankMark("?", node.start, node.end);
        return;
      default:
        if (isFunction(node)) this.#functionHead(node);
    }
  }

  /** Type annotations, parameters and arguments, whichever the node carries. */
  #annotation(node: Node): void {
    for (const key of ["typeAnnotation", "typeParameters", "typeArguments", "superTypeArguments"]) {
      const type = node[key] as Node | null | undefined;
      if (type && !node.type.startsWith("TS")) this.#blank(type.start, type.end);
    }
  }

  #functionHead(node: Node): void {
    const params = node["params"] as Node[];
    const first = params[0];
    if (first?.type === "Identifier" && first["name"] === "this") {
      const comma = this.#source.slice(first.end, params[1]?.start ?? (node["body"] as Node).start);
      this.#blank(first.start, comma.includes(",") ? first.end + comma.indexOf(",") + 1 : first.end);
    }
    const type = node["returnType"] as Node | null;
    if (!type) return;
    const text = this.#source.slice(type.start, type.end);
    if (node.type !== "ArrowFunctionExpression" || !text.includes("\n"))
      return this.#blank(type.start, type.end);
    // No line break may stand between an arrow function's `)` and its `=>`: the parenthesis moves to the type's end.
    const close = this.#source.lastIndexOf(")", type.start);
    this.#edits.push({ start: close, end: close + 1, text: " " });
    this.#edits.push({ start: type.start, end: type.end, text: `${blank(text).slice(0, -1)})` });
  }

  #classHead(node: Node): void {
    const id = node["id"] as Node | null;
    const bodyStart = (node["body"] as Node).start;
    if (node["abstract"] === true) this.#blankWord("abstract", node.start, id?.start ?? bodyStart);
    const implemented = node["implements"] as Node[] | undefined;
    if (!implemented?.length) return;
    const before = [node["superTypeArguments"], node["superClass"], node["typeParameters"], id].find(Boolean);
    const from = (before as Node | undefined)?.end ?? node.start + "class".length;
    const word = this.#source.indexOf("implements", from);
    this.#blank(word, (implemented.at(-1) as Node).end);
  }

  #member(node: Node): void {
    const key = node["key"] as Node;
    const head = this.#source.slice(node.start, key.start);
    const stripped = head.replace(MODIFIERS, (word) => " ".repeat(word.length));
    if (stripped !== head) {
      // A blanked modifier may have kept `[x]` or `*x` apart from a field without a semicolon before it.
      const guarded = /[[*]/.test(head) && /^\s/.test(stripped) ? `;${stripped.slice(1)}` : stripped;
      this.#edits.push({ start: node.start, end: key.start, text: guarded });
    }
    const end = ((node["typeAnnotation"] ?? node["value"]) as Node | null)?.start ?? node.end;
    if (node["optional"] === true) this.#blankMark("?", key.end, Math.max(end, key.end + 1));
    if (node["definite"] === true) this.#blankMark("!", key.end, Math.max(end, key.end + 1));
  }

  /** An item of a list, with the comma behind it; one left before it does no harm. */
  #blankListItem(node: Node): void {
    const comma = /^\s*,/.exec(this.#source.slice(node.end));
    this.#blank(node.start, node.end + (comma?.[0].length ?? 0));
  }

  #blankStatement(node: Node): void {
    this.#statementEnds.add(node.end);
    this.#blank(node.start, node.end);
  }

  #blankMark(mark: string, from: number, to: number): void {
    const at = this.#source.indexOf(mark, from);
    if (at !== -1 && at < to) this.#edits.push({ start: at, end: at + 1, text: " " });
  }

  #blankWord(word: string, from: number, to: number): void {
    const at = this.#source.indexOf(word, from);
    if (at !== -1 && at < to) this.#blank(at, at + word.length);
  }

  #blank(start: number, end: number): void {
    this.#edits.push({ start, end, text: blank(this.#source.slice(start, end)) });
  }
}

/** Syntax with a meaning at run time that the engine does not know. */
function needsCode(node: Node): boolean {
  switch (node.type) {
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      return node["declare"] !== true;
    case "TSParameterProperty":
    case "TSImportEqualsDeclaration":
    case "TSExportAssignment":
    case "Decorator":
    case "AccessorProperty":
      return true;
    default:
      return false;
  }
}

/** Statements and members that exist for the type checker alone. */
function isErased(node: Node): boolean {
  switch (node.type) {
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSDeclareFunction":
    case "TSIndexSignature":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
    case "TSAbstractAccessorProperty":
    case "TSNamespaceExportDeclaration":
      return true;
    case "ImportDeclaration":
      return node["importKind"] === "type";
    case "VariableDeclaration":
    case "ClassDeclaration":
    case "PropertyDefinition":
    case "TSEnumDeclaration":
    case "TSModuleDeclaration":
      return node["declare"] === true;
    case "MethodDefinition":
      return (node["value"] as Node).type === "TSEmptyBodyFunctionExpression";
    case "ExportNamedDeclaration": {
      const declaration = node["declaration"] as Node | null;
      return node["exportKind"] === "type" || (declaration !== null && isErased(declaration));
    }
    case "ExportDefaultDeclaration":
      return isErased(node["declaration"] as Node);
    default:
      return false;
  }
}

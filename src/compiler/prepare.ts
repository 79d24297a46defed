import type { TraceMap } from "@jridgewell/trace-mapping";
import { type Containment, ContainmentAnalysis } from "./containment.ts";
import type { Place } from "./excerpt.ts";
import { type Insertions, insertionsOf } from "./insertions.ts";
import { guardLoops, type LoopGuards } from "./loop-guards.ts";
import {
  DYNAMIC_IMPORT,
  type ExportedName,
  IMPORT_META,
  type StaticImport,
  takeModuleSyntax,
} from "./module-syntax.ts";
import { openNamespaceExports } from "./namespace-exports.ts";
import { refuseDeepNesting, tooDeepError } from "./nesting.ts";
import { isJavaScript, type ParsedSource, parseScript } from "./parse.ts";
import { toAuthorPlace } from "./positions.ts";
import { type Reference, type ScopeVisitor, walkScopes } from "./scopes.ts";
import { applyEdits, type Edit, normalizeText } from "./source-text.ts";
import { stripTypes } from "./strip-types.ts";
import { isFunction, type Node } from "./syntax-tree.ts";
import { transformSyntax } from "./transform.ts";

/** A script's source, turned into the body of a function. */
export interface PreparedScript {
  /** Relative to the scripts root. */
  readonly file: string;
  /** The author's text. */
  readonly source: string;
  /** JavaScript statements; on the author's lines unless there is a `map`, and on their columns but for `inserted`. */
  readonly body: string;
  /** What stands in `body` and not in the author's text, or in what `map` leads back from. */
  readonly inserted: Insertions;
  /** The guards of its loops; null when it has none. */
  readonly guards: LoopGuards | null;
  /** The way back from `body` to `source`, for syntax that had to be laid out anew. */
  readonly map: TraceMap | null;
  /** The same program as an ES module or CommonJS text without types: what `validate/typescript` shows. */
  readonly javascript: string;
  /** Whether the top level awaits. */
  readonly isAsync: boolean;
  /** Whether some function of the file takes more arguments than its `length` says. */
  readonly isVariadic: boolean;
  /** Whether the file begins with "use strict". */
  readonly isStrict: boolean;
  readonly imports: readonly StaticImport[];
  readonly exports: readonly ExportedName[];
  /** Names that no scope of the file declares. */
  readonly freeNames: ReadonlySet<string>;
  /** Those of them that are used otherwise than by reading a named member: `metadata`, but not `metadata.path`. */
  readonly bareNames: ReadonlySet<string>;
  /** Those of them that the script assigns; they must stay assignable. */
  readonly assignedNames: ReadonlySet<string>;
  /** Exported names that change after their declaration, so that importers must read them anew. */
  readonly mutableExports: ReadonlySet<string>;
  readonly containment: Containment;
  /** Names of the rewrites made (control-api.md §5). */
  readonly transformations: readonly string[];
  /** Specifiers in `import`, `export … from`, `require("x")` and `import("x")`, each once. */
  readonly modules: readonly string[];
}

/**
 * Turns a script of any accepted shape (script-runtime.md §4) into the body of a function.
 *
 * The file on disk is never touched; lines and columns stay the author's wherever the syntax allows it.
 *
 * @param file Relative to the scripts root; its ending decides between JavaScript and TypeScript.
 * @param options.guarded Whether its loops get guards.
 * @throws {CompileError} with the place of the first mistake.
 */
export function prepareScript(source: string, file: string, { guarded = false } = {}): PreparedScript {
  refuseDeepNesting(source, file);
  try {
    return prepare(source, file, guarded);
  } catch (error) {
    // Our walks over the tree are recursive too, but the engine stops them in time.
    throw error instanceof RangeError ? tooDeepError(source, file) : error;
  }
}

function prepare(source: string, file: string, guarded: boolean): PreparedScript {
  const { text, fenced } = normalizeText(source);
  const parsed = parseScript(text, file);
  const mayNeedCode = parsed.language === "ts" || /@|\baccessor\b/.test(text);
  const blanked = mayNeedCode ? stripTypes(parsed.program, text) : [];
  if (blanked !== null) {
    const prepared = assemble({ source, text, file, parsed, blanked, map: null, fenced, guarded });
    // Blanking types can join two lines that a type kept apart; the transformer never does.
    if (blanked.length === 0 || isJavaScript(prepared.body, file)) return prepared;
  }
  const transformed = transformSyntax(
    applyEdits(text, openNamespaceExports(parsed.program)),
    file,
    parsed.language,
  );
  const again = parseScript(transformed.code, file.replace(/\.[mc]?ts$/, ".js"));
  return assemble({
    source,
    text: transformed.code,
    file,
    parsed: again,
    blanked: [],
    map: transformed.map,
    fenced,
    guarded,
  });
}

interface Assembly {
  readonly source: string;
  readonly text: string;
  readonly file: string;
  readonly parsed: ParsedSource;
  readonly blanked: readonly Edit[];
  readonly map: TraceMap | null;
  readonly fenced: boolean;
  readonly guarded: boolean;
}

function assemble({ source, text, file, parsed, blanked, map, fenced, guarded }: Assembly): PreparedScript {
  const survey = surveyNames(parsed.program);
  // Only TypeScript drops an import that no value uses: it may have been a type.
  const isUsed = (local: string) => parsed.language === "js" || survey.boundNamesUsed.has(local);
  const syntax = takeModuleSyntax(text, parsed.program, isUsed);
  for (const each of syntax.imports) survey.containment.module(each.specifier);
  const toAuthor = (place: Place) =>
    map === null ? place : toAuthorPlace({ file, source, map, prefixLength: 0 }, place);
  const guards = guarded ? guardLoops(text, parsed.program, { isAsync: survey.isAsync, toAuthor }) : null;
  if (guards !== null) survey.freeNames.add(guards.sites);
  const exportedLocals = new Set(syntax.exports.map((each) => each.expression));
  return {
    file,
    source,
    body: applyEdits(text, [...blanked, ...syntax.edits, ...survey.edits, ...(guards?.edits ?? [])]),
    inserted: insertionsOf(text, guards?.edits ?? []),
    guards,
    map,
    javascript: applyEdits(text, blanked),
    isAsync: survey.isAsync,
    isVariadic: survey.isVariadic,
    isStrict: (parsed.program["body"] as Node[])[0]?.["directive"] === "use strict",
    imports: syntax.imports,
    exports: syntax.exports,
    freeNames: survey.freeNames,
    bareNames: survey.bareNames,
    assignedNames: survey.assignedNames,
    mutableExports: new Set([...survey.assignedLocals].filter((name) => exportedLocals.has(name))),
    containment: survey.containment.verdict(),
    transformations: [
      ...(fenced ? ["strip-markdown-fence"] : []),
      ...(syntax.imports.length > 0 ? ["esm-import-to-require"] : []),
      ...(syntax.exports.some((each) => each.exported === "default") ? ["export-default-to-direct"] : []),
      ...(syntax.exports.some((each) => each.exported !== "default") ? ["esm-export-to-direct"] : []),
      ...(survey.freeNames.has("module") || survey.freeNames.has("exports")
        ? ["module-exports-to-direct"]
        : []),
    ],
    modules: [...new Set([...syntax.imports.map((each) => each.specifier), ...survey.modules])],
  };
}

/** Everything one walk over the tree tells. */
interface Survey {
  readonly freeNames: Set<string>;
  readonly bareNames: Set<string>;
  readonly assignedNames: Set<string>;
  readonly assignedLocals: Set<string>;
  readonly boundNamesUsed: Set<string>;
  readonly modules: string[];
  /** `import(` and `import.meta`, renamed. */
  readonly edits: Edit[];
  readonly containment: ContainmentAnalysis;
  isAsync: boolean;
  isVariadic: boolean;
}

function surveyNames(program: Node): Survey {
  const survey: Survey = {
    freeNames: new Set(),
    bareNames: new Set(),
    assignedNames: new Set(),
    assignedLocals: new Set(),
    boundNamesUsed: new Set(),
    modules: [],
    edits: [],
    containment: new ContainmentAnalysis(),
    isAsync: false,
    isVariadic: false,
  };
  const visitor: ScopeVisitor = {
    reference(reference) {
      survey.containment.reference(reference);
      if (reference.name === "arguments") survey.isVariadic = true;
      if (reference.binding !== null) survey.boundNamesUsed.add(reference.name);
      if (reference.binding === null) survey.freeNames.add(reference.name);
      if (reference.binding === null && !isMemberRead(reference)) survey.bareNames.add(reference.name);
      if (reference.written)
        (reference.binding === null ? survey.assignedNames : survey.assignedLocals).add(reference.name);
    },
    enter(node, { ancestors, functionDepth, lookup }) {
      survey.containment.enter(node, ancestors);
      if (isFunction(node) && (node["params"] as Node[]).some(isUncounted)) survey.isVariadic = true;
      switch (node.type) {
        case "AwaitExpression":
          if (functionDepth === 0) survey.isAsync = true;
          return;
        case "ForOfStatement":
          if (functionDepth === 0 && node["await"] === true) survey.isAsync = true;
          return;
        case "VariableDeclaration":
          if (functionDepth === 0 && node["kind"] === "await using") survey.isAsync = true;
          return;
        case "ImportExpression":
          survey.edits.push({ start: node.start, end: node.start + "import".length, text: DYNAMIC_IMPORT });
          survey.freeNames.add(DYNAMIC_IMPORT);
          addLiteral(node["source"]);
          return;
        case "MetaProperty":
          if ((node["meta"] as Node)["name"] !== "import") return;
          survey.edits.push({ start: node.start, end: node.end, text: IMPORT_META });
          survey.freeNames.add(IMPORT_META);
          return;
        case "CallExpression": {
          const callee = node["callee"] as Node;
          if (callee["name"] !== "require" || lookup("require") !== null) return;
          const [specifier] = node["arguments"] as Node[];
          survey.containment.module(specifier ? addLiteral(specifier) : null);
          return;
        }
        default:
      }
    },
  };
  walkScopes(program, visitor);
  return survey;

  function addLiteral(node: unknown): string | null {
    const literal = node as Node | undefined;
    if (literal?.type !== "Literal" || typeof literal["value"] !== "string") return null;
    survey.modules.push(literal["value"]);
    return literal["value"];
  }
}

/** Whether a name is only the object of `name.member`. */
function isMemberRead({ node, ancestors }: Reference): boolean {
  const parent = ancestors.at(-1) as Node;
  return parent.type === "MemberExpression" && parent["object"] === node && parent["computed"] !== true;
}

/** A parameter that ends the count of a function's `length` (ECMA-262 §15.1.5). */
function isUncounted(parameter: Node): boolean {
  return parameter.type === "AssignmentPattern" || parameter.type === "RestElement";
}

import type { PreparedScript } from "./prepare.ts";

/**
 * What each execution hands to a script, in the order of the compiled function's parameters.
 *
 * All of them are always passed: a fixed call is faster than one that is put together.
 */
export const EXECUTION_NAMES = [
  "req",
  "res",
  "metadata",
  "shared",
  "console",
  "module",
  "exports",
  "mainResult",
  "ws",
] as const;

/** Receives what an ES module script exports; see {@link WrappedCode}. */
const EXPORTS_OUT = "$$out";
/** The global object of one execution, where it has one of its own. */
const OWN_GLOBAL = "$$global";

/** Which wrapper a body gets. */
export interface WrapOptions {
  /** `script` runs once for each request, `module` once until it changes. */
  readonly kind: "script" | "module";
  /** Names that are constants for the compiled function, so that reading them costs nothing. */
  readonly linkNames: readonly string[];
  /** Linked names that the body assigns: each run has a variable of its own for them. */
  readonly variables?: readonly string[];
  /** Whether each execution has a global object of its own. */
  readonly ownGlobal: boolean;
  /** Whether some imported names must be read anew at each use, because their module may change them. */
  readonly live: boolean;
}

/**
 * JavaScript for `vm.Script`.
 *
 * Its value is a linker `($$imports, $$link, $$live) => function`; that function takes {@link EXECUTION_NAMES},
 * then `$$out` and `$$global` (a script), or `module`, `exports` and `$$define` (a module).
 */
export interface WrappedCode {
  readonly code: string;
  /** UTF-16 units put before the author's first line; columns of line 1 are that much too high. */
  readonly prefixLength: number;
}

/**
 * Puts a body into functions: an outer one holds imports and injected names, an inner one runs it.
 *
 * Everything added stands on the author's line 1, because stack traces keep line numbers only then (`lineOffset` is
 * ignored, performance.md §4). The body is a block of its own, so that it may declare `res` or `crypto` again.
 */
export function wrapScript(prepared: PreparedScript, options: WrapOptions): WrappedCode {
  const link = options.linkNames.length > 0 ? `const {${options.linkNames.join(",")}}=$$link;` : "";
  const strict = prepared.isStrict ? '"use strict";' : "";
  const asyncWord = prepared.isAsync ? "async " : "";
  const [enter, leave] = options.kind === "script" ? scriptFrame(prepared) : moduleFrame(prepared);
  const variables = options.variables?.length ? `let {${options.variables.join(",")}}=$$link;` : "";
  const guards = prepared.guards ?? { sites: "", bindings: "", topLevel: "" };
  // Inside of `with` each use of an outer name would ask the global object, so there they are bound for each run.
  const [bindings, ownBindings] = options.ownGlobal ? ["", guards.bindings] : [guards.bindings, ""];
  const begin = `${ownBindings}${guards.topLevel}${enter}`;
  const inner = `${asyncWord}function(${parameters(prepared, options)}){${strict}${variables}{${begin}`;
  const linked = `${link}${bindings}${importBindings(prepared, options.live)}`;
  const body = `${prepared.body}\n${leave}}}`;
  const head = options.live
    ? "(function($$imports,$$link,$$live){with($$live){return (function(){"
    : "(function($$imports,$$link){";
  const tail = options.live ? "})()}})" : "})";
  if (!options.ownGlobal) {
    const prefix = `${head}${linked}return ${inner}`;
    return { code: `${prefix}${body}${tail}`, prefixLength: prefix.length };
  }
  // The injected names go inside of `with`, so that a member set on the global object never hides them.
  const outer = `return function(${parameters(prepared, options)}){with(${OWN_GLOBAL}){return (`;
  const sites = guards.sites === "" ? "" : `,${guards.sites}`;
  const named = inner.replace(`,${OWN_GLOBAL})`, () => `,${OWN_GLOBAL},globalThis,global,self${sites})`);
  const prefix = `${head}${linked}${outer}${named}`;
  const call = `)(...arguments,${OWN_GLOBAL},${OWN_GLOBAL},${OWN_GLOBAL}${sites})}}`;
  return { code: `${prefix}${body}${call}${tail}`, prefixLength: prefix.length };
}

/** A name that the script imports is no parameter: it would hide the import, which is bound outside of the function. */
function parameters(prepared: PreparedScript, options: WrapOptions): string {
  const imported = new Set(prepared.imports.flatMap(({ names }) => names.map(({ local }) => local)));
  const names = options.kind === "module" ? ["module", "exports"] : EXECUTION_NAMES;
  const free = names.map((name) => (imported.has(name) ? `$$${name}` : name));
  return [...free, ...(options.kind === "module" ? ["$$define"] : [EXPORTS_OUT, OWN_GLOBAL])].join(",");
}

/** A script hands its exports over at its end; a top-level `return` before that wins (script-runtime.md §4). */
function scriptFrame(prepared: PreparedScript): readonly [string, string] {
  if (prepared.exports.length === 0) return ["", ""];
  const named = prepared.exports.filter((each) => each.exported !== "*");
  const members = named.map((each) => `${JSON.stringify(each.exported)}:${each.expression}`);
  // `export *` carries everything but the default, and an own name wins over it.
  const all = prepared.exports
    .filter((each) => each.exported === "*")
    .map((each) => `...(({default:_,...$})=>$)(${each.expression})`);
  return ["", `;${EXPORTS_OUT}.names={__proto__:null,${[...all, ...members].join(",")}}`];
}

/** A module hands over getters before it runs, so that importers in a cycle and changing exports work. */
function moduleFrame(prepared: PreparedScript): readonly [string, string] {
  if (prepared.exports.length === 0) return ["", ""];
  const named = prepared.exports.filter((each) => each.exported !== "*");
  const all = prepared.exports
    .filter((each) => each.exported === "*")
    .map((each) => `()=>${each.expression}`);
  const members = named.map((each) => `${JSON.stringify(each.exported)}:()=>${each.expression}`);
  return [`$$define({__proto__:null,${members.join(",")}},[${all.join(",")}]);`, ""];
}

/** Names of modules that never change are bound once; live ones are looked up through `with($$live)`. */
function importBindings(prepared: PreparedScript, live: boolean): string {
  if (live) return "";
  return prepared.imports
    .map((each, at) => {
      const members = each.names.map(({ imported, local }) => `${JSON.stringify(imported)}:${local}`);
      return members.length > 0 ? `const {${members.join(",")}}=$$imports[${at}];` : "";
    })
    .join("");
}

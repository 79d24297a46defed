import vm from "node:vm";
import { isPromiseLike } from "../base/realm.ts";
import type { CompiledScript, Compiler } from "../compiler/compiler.ts";
import { couldDefine, guardDefiners } from "./definers.ts";
import { type DeploymentState, shareContextIdentity } from "./deployment-state.ts";
import type { FrozenRealm } from "./frozen-realm.ts";
import { hideLoopGuards } from "./function-text.ts";
import type { HostGuard } from "./host-guard.ts";
import { assignedNames, type Bindings, linkableNames } from "./module-exports.ts";
import type { ReadyContexts } from "./ready-contexts.ts";

/** Runs a script's body once; arguments as in `compiler/wrap.ts`. */
export type ScriptFunction = (
  req: unknown,
  res: unknown,
  metadata: unknown,
  shared: unknown,
  console: unknown,
  module: unknown,
  exports: unknown,
  mainResult: unknown,
  ws: unknown,
  out: unknown,
  ownGlobal: unknown,
) => unknown;

/** A script bound to the context it runs in. */
export interface LinkedScript {
  readonly run: ScriptFunction;
  /** Serialises what the script returns; null where the context differs from run to run. */
  readonly stringify: ((value: unknown) => string | undefined) | null;
  /** Files whose change makes the link stale. */
  readonly dependencies: ReadonlySet<string>;
}

/** Where scripts are linked to. */
export interface LinkTargets {
  readonly compiler: Compiler;
  /** Made on first use: it takes some 10 ms. */
  readonly frozenRealm: () => FrozenRealm;
  readonly readyContexts: ReadyContexts;
  /** Undoes what scripts do to the built-ins of the server's realm. */
  readonly hostGuard: HostGuard;
}

/**
 * Binds a script to a context by its mode: a worker script to the deployment's kept one, a serverless script to the
 * shared frozen realm when it is contained, else to a fresh context for each run.
 *
 * @returns A promise only when a module it imports awaits at its top level.
 */
export function linkScript(
  compiled: CompiledScript,
  state: DeploymentState,
  targets: LinkTargets,
): LinkedScript | Promise<LinkedScript> {
  const link = () => linkUnwatched(compiled, state, targets);
  // Its modules run now, and may fail.
  return reachesHost(compiled) ? watched(link, [], targets.hostGuard, { whole: true }) : link();
}

function linkUnwatched(
  compiled: CompiledScript,
  state: DeploymentState,
  targets: LinkTargets,
): LinkedScript | Promise<LinkedScript> {
  const dependencies = new Set([compiled.file]);
  const { containment } = compiled.prepared;
  if (compiled.directives.effective.mode === "worker") {
    return whenBound(state.modules.bindImports(compiled, dependencies, false), (bindings) =>
      linkWorker(compiled, { state, targets, bindings, dependencies }),
    );
  }
  if (containment.kind === "fresh") {
    // Bound now as well, so that the modules are loaded and a promise is awaited once.
    return whenBound(state.modules.bindImports(compiled, dependencies, true), () =>
      linkFresh(compiled, { state, targets, dependencies }),
    );
  }
  return whenBound(state.modules.bindImports(compiled, dependencies, true), (bindings) =>
    linkFrozen(compiled, { state, targets, bindings, dependencies }),
  );
}

interface LinkInput {
  readonly state: DeploymentState;
  readonly targets: LinkTargets;
  readonly dependencies: Set<string>;
}

/** Names with which ECMAScript's own built-ins reach a worker script; the runtime's may be replaced by any of them. */
const WORKER_CONSTANTS = [
  "Array",
  "BigInt",
  "Boolean",
  "Date",
  "Error",
  "JSON",
  "Map",
  "Math",
  "Number",
  "Object",
  "Promise",
  "RegExp",
  "Set",
  "String",
  "Symbol",
  "Uint8Array",
  "decodeURIComponent",
  "encodeURIComponent",
  "parseFloat",
  "parseInt",
];

function linkWorker(
  compiled: CompiledScript,
  input: LinkInput & { readonly bindings: Bindings },
): LinkedScript {
  const { state, targets, bindings, dependencies } = input;
  const importer = state.modules.importerFor(compiled.file, null, false);
  const { context } = state;
  const injected = state.injectedFor(compiled, importer, false);
  const link = { ...valuesIn(context, WORKER_CONSTANTS), ...injected };
  const options = { kind: "script", ownGlobal: false, live: bindings.live !== null } as const;
  const script = targets.compiler.scriptFor(compiled, {
    ...options,
    linkNames: linkableNames(compiled, link),
    variables: assignedNames(compiled, injected),
  });
  const run = script.runInContext(context)(bindings.imports, link, bindings.live) as ScriptFunction;
  const { stringify } = valuesIn(context, ["JSON"])["JSON"] as JSON;
  const { hostGuard } = targets;
  if (!reachesHost(compiled)) return { run, stringify, dependencies };
  return {
    run: (...args) => watched(run, args, hostGuard, { whole: false }),
    ...{ stringify, dependencies },
  };
}

function linkFrozen(
  compiled: CompiledScript,
  input: LinkInput & { readonly bindings: Bindings },
): LinkedScript {
  const { state, targets, bindings, dependencies } = input;
  const realm = targets.frozenRealm();
  const { containment } = compiled.prepared;
  const importer = state.modules.importerFor(compiled.file, null, true);
  const injected = state.injectedFor(compiled, importer, true);
  const link = { ...realm.globals, ...injected };
  const ownGlobal = containment.kind === "own-global";
  const linkNames = linkableNames(compiled, link);
  // A member of the own global object would hide an injected name: `crypto` is Node's, `globalThis.crypto` the web's.
  const variables = ownGlobal ? linkNames.filter((name) => name in injected && name in realm.globals) : [];
  const options = { kind: "script", ownGlobal, live: bindings.live !== null, linkNames, variables } as const;
  const script = targets.compiler.scriptFor(compiled, options);
  const run = script.runInContext(realm.context)(bindings.imports, link, bindings.live) as ScriptFunction;
  const linked = { stringify: realm.stringify, dependencies };
  const { openSlots } = realm;
  const { hostGuard } = targets;
  const reachesSlots = reachesHost(compiled);
  // Fields of classes that nobody analysed may have replaced what only the whole comparison shows.
  const runsUnseen =
    compiled.prepared.imports.length > 0 || /\brequire\b|\bimport\b/.test(compiled.prepared.body);
  const createGlobal = containment.kind === "own-global" ? globalMaker(compiled, realm, injected) : null;
  return {
    ...linked,
    run(...args) {
      // A damaged realm is replaced by a new one; what was linked to it is linked again.
      if (!openSlots.check()) return linkFrozen(compiled, input).run(...args);
      if (createGlobal !== null) args[OWN_GLOBAL_AT] = createGlobal();
      if (!reachesSlots) return run(...args);
      try {
        return watched(run, args, hostGuard, { whole: false });
      } finally {
        if (runsUnseen) openSlots.restore();
        else openSlots.check();
      }
    },
  };
}

/** Whether a script could get hold of the server's built-ins, or of members of the frozen realm that stay writable. */
function reachesHost({ prepared: { containment } }: CompiledScript): boolean {
  return containment.kind !== "contained" || containment.reachesSlots;
}

/** Place of the own global object among the arguments of a {@link ScriptFunction}. */
const OWN_GLOBAL_AT = 10;

/** Makes the global object of one execution; names that the script assigns keep the values they are injected with. */
function globalMaker(
  { prepared }: CompiledScript,
  realm: FrozenRealm,
  injected: Readonly<Record<string, unknown>>,
): () => object {
  const { containment, assignedNames: assigned } = prepared;
  const names = containment.kind === "own-global" ? containment.implicitNames : [];
  const known = Object.fromEntries(Object.entries(injected).filter(([name]) => assigned.has(name)));
  const proto = realm.createGlobalProto(names, known);
  return () => realm.createGlobal(proto);
}

function linkFresh(compiled: CompiledScript, { state, targets, dependencies }: LinkInput): LinkedScript {
  const { body, imports, guards } = compiled.prepared;
  // Agreeing on `instanceof` costs as much as the context, so only scripts that could ask pay for it.
  const asksInstances = imports.length > 0 || /\binstanceof\b|\brequire\b|\beval\b|\bFunction\b/.test(body);
  const defines = couldDefine(body);
  const run: ScriptFunction = (...args) => {
    targets.hostGuard.checkAll();
    const context = targets.readyContexts.take();
    Object.assign(context, state.timers.functions);
    if (asksInstances) shareContextIdentity(context);
    if (guards !== null) hideLoopGuards(context);
    if (defines) guardDefiners(context, { isKept: false });
    const importer = state.modules.importerFor(compiled.file, null, false);
    const link = state.injectedFor(compiled, importer, false);
    const start = (bindings: Bindings) => {
      const options = { kind: "script", ownGlobal: false, live: bindings.live !== null } as const;
      const script = targets.compiler.scriptFor(compiled, {
        ...options,
        linkNames: linkableNames(compiled, link),
        variables: assignedNames(compiled, link),
      });
      return (script.runInContext(context)(bindings.imports, link, bindings.live) as ScriptFunction)(...args);
    };
    return watched(
      () => whenBound(state.modules.bindImports(compiled, dependencies, false), start),
      [],
      targets.hostGuard,
      { whole: true },
    );
  };
  return { run, stringify: null, dependencies };
}

/**
 * Runs a script that may reach a built-in of the server and undoes what it did there: before it waits and after.
 *
 * @param args For `run`: a function around both would cost the callers, also those that do not come here, 0.1 µs.
 * @param options.whole Whether accessors are compared as well.
 */
function watched<A extends unknown[], T>(
  run: (...args: A) => T,
  args: A,
  guard: HostGuard,
  { whole }: { readonly whole: boolean },
): T {
  guard.reach();
  try {
    const value = run(...args);
    if (isPromiseLike(value)) guard.follow(value, { whole });
    return value;
  } finally {
    if (whole) guard.restore();
    else guard.checkReplaced();
  }
}

function whenBound<T>(
  bindings: Bindings | Promise<Bindings>,
  then: (bindings: Bindings) => T,
): T | Promise<T> {
  return isPromiseLike(bindings) ? Promise.resolve(bindings).then(then) : then(bindings);
}

function valuesIn(context: vm.Context, names: readonly string[]): Record<string, unknown> {
  return vm.runInContext(`({${names.join(",")}})`, context) as Record<string, unknown>;
}

import { isBuiltin } from "node:module";
import { withDeadline } from "../base/deadline.ts";
import type { Gate } from "../base/gate.ts";
import { isPromiseLike } from "../base/realm.ts";
import type { CompiledScript } from "../compiler/compiler.ts";
import type { ReturnType } from "../compiler/return-type-shape.ts";
import type { Directives } from "../directives/table.ts";
import { ExecError } from "../errors/exec-error.ts";
import { type LogPolicy, toLogPolicy } from "../logs/policy.ts";
import { type MeasuredScript, UNMEASURED } from "../metrics/script-metrics.ts";
import { PACKAGE_FILES } from "../packages/manifest.ts";
import { timeoutError } from "./admit.ts";
import { usesAi } from "./ai-names.ts";
import type { BodyRules } from "./body.ts";
import type { DeploymentState } from "./deployment-state.ts";
import { type LinkedScript, type LinkTargets, linkScript } from "./link.ts";
import type { PackageNeeds } from "./package-needs.ts";
import { readReturnType } from "./return-type.ts";
import type { RunningMark } from "./running-mark.ts";
import { takesSockets } from "./sockets/deployment-hubs.ts";

/** What of an execution a script can see, as bits: what it cannot see is not made. */
export const USES = {
  req: 1,
  res: 2,
  metadata: 4,
  shared: 8,
  console: 16,
  module: 32,
  out: 64,
  ai: 128,
} as const;
const USES_ALL = 255;

/** A script of one deployment, current and ready to run. */
export interface LoadedScript {
  readonly compiled: CompiledScript;
  readonly linked: LinkedScript;
  /** Of its name in the running mark. */
  readonly place: number;
  /** Bits of {@link USES}. */
  readonly uses: number;
  /** Whether the script hands over a handler or a value by `module.exports` or `export`. */
  readonly hasExports: boolean;
  /** Whether nothing has to be asked first: no token, CORS, concurrency limit, return type, log, lacking package, socket. */
  readonly isPlain: boolean;
  /** Whether it answers WebSocket handshakes. */
  readonly takesSockets: boolean;
  /** Whether it is given `ws`. */
  readonly seesSockets: boolean;
  /** Whether handlers may take more arguments than they declare. */
  readonly isVariadic: boolean;
  /** Whether it only reads members of `metadata` by their names. */
  readonly readsMetadata: boolean;
  /** Milliseconds; 0 for no limit. */
  readonly timeoutMs: number;
  readonly returnType: ReturnType | null;
  /** What is logged of it; null for nothing. */
  readonly logPolicy: LogPolicy | null;
  /** Whether bodies of its requests are logged, so that they are received whether or not it asks for them. */
  readonly logsBody: boolean;
  readonly isBodyRaw: boolean;
  /** Whether it, or a module it imports, can return a `Response` whose body is a stream. */
  readonly mayStream: boolean;
  readonly bodyRules: BodyRules;
}

/** What a unit needs to load its script. */
export interface UnitOptions {
  readonly targets: LinkTargets;
  readonly needs: PackageNeeds;
  readonly mark: RunningMark;
  /** Milliseconds for scripts without `@timeout`. */
  readonly timeoutDefaultMs: number;
}

/** One script in one deployment: the mutable record that every URL leading to it shares. */
export class ScriptUnit implements MeasuredScript {
  readonly file: string;
  readonly state: DeploymentState;
  /** Of its name in the running mark. */
  readonly place: number;
  /** The current version; null until it is loaded, and after it or something it imports changed. */
  loaded: LoadedScript | null = null;
  /** Bounds executions at once, when the script asks for it; kept across versions while the limit stays. */
  gate: Gate | null = null;
  /** What is recorded about it. */
  metrics = UNMEASURED;
  /** Its route, `/users/[id]`, as the first request to it found it; "" before. */
  scriptPath = "";
  /** Whether the deployment let go of it; a URL that still leads here must look again. */
  isRetired = false;
  readonly #options: UnitOptions;
  #loading: Promise<LoadedScript> | null = null;
  /** Helper files in which it may need packages. */
  #helpers: ReadonlySet<string> = new Set();
  /** Packages that the current version needs and that could not be installed. */
  #unmet: readonly string[] = [];
  #version = 0;

  constructor(file: string, state: DeploymentState, options: UnitOptions) {
    this.file = file;
    this.state = state;
    this.#options = options;
    this.place = options.mark.placeOf(file);
  }

  get deploymentKey(): string {
    return this.state.key;
  }

  /** Forgets the current version; running executions keep theirs. */
  invalidate(): void {
    this.loaded = null;
    this.#loading = null;
    this.#unmet = [];
    this.#version++;
  }

  /** Whether its current version depends on a file that a test accepts. */
  dependsOn(test: (file: string) => boolean): boolean {
    if (test(this.file)) return true;
    for (const file of this.loaded?.linked.dependencies ?? []) if (test(file)) return true;
    for (const file of this.#helpers) if (test(file)) return true;
    if (this.#unmet.length > 0) return PACKAGE_FILES.some(test);
    return false;
  }

  /** Ends the unit with its deployment; running executions finish. */
  retire(): void {
    this.invalidate();
    this.isRetired = true;
  }

  /**
   * The current version, compiled and linked when needed; a promise only while a package is installed or a module it
   * imports awaits.
   *
   * A package that cannot be installed does not keep the script from running: it fails where it asks for the package,
   * and may have a `catch` there.
   *
   * @param requireAccess Throws when the one who asks may not run it; such a one does not wait either.
   * @throws {CompileError} for a mistake of the author; whatever an imported module throws.
   * @throws {ExecError} `scriptTimeout` when the time limit of the script is over before it is loaded.
   */
  load(requireAccess?: (declared: Directives) => void): LoadedScript | Promise<LoadedScript> {
    const { targets, needs } = this.#options;
    if (this.#unmet.length > 0 && needs.haveAppeared(this.#unmet)) this.invalidate();
    if (this.loaded !== null) return this.loaded;
    const compiled = targets.compiler.load(this.file);
    if (compiled === null) throw new ExecError("scriptMissing", `Cannot find the script "${this.file}"`);
    const { effective } = compiled.directives;
    if (this.#loading !== null) {
      requireAccess?.(effective);
      return this.#inTime(this.#loading, compiled);
    }
    const version = this.#version;
    const { missing, files } = needs.of(compiled);
    this.#helpers = files;
    const mustWait = missing.length > 0 && effective.enabled;
    if (mustWait) requireAccess?.(effective);
    const loading = mustWait
      ? needs.install(missing).then((unmet) => this.#link(compiled, version, unmet))
      : this.#link(compiled, version, []);
    if (!isPromiseLike(loading)) return loading;
    const forget = () => {
      if (this.#version === version) this.#loading = null;
    };
    this.#loading = loading;
    loading.then(forget, forget);
    return this.#inTime(loading, compiled);
  }

  #link(
    compiled: CompiledScript,
    version: number,
    unmet: readonly string[],
  ): LoadedScript | Promise<LoadedScript> {
    const { mark, targets } = this.#options;
    const linked = mark.around(this.place, () => linkScript(compiled, this.state, targets));
    const keep = (each: LinkedScript) => this.#keep(compiled, each, { version, unmet });
    return isPromiseLike(linked) ? this.#inTime(linked, compiled).then(keep) : keep(linked);
  }

  /** A request waits as long as its script may take; what it waits for goes on for the others. */
  #inTime<T>(loading: Promise<T>, { directives }: CompiledScript): Promise<T> {
    const timeoutMs = directives.effective.timeout ?? this.#options.timeoutDefaultMs;
    const leftMs = timeoutMs > 0 ? timeoutMs : Number.POSITIVE_INFINITY;
    return withDeadline(loading, leftMs, () => timeoutError(this.file, timeoutMs));
  }

  /** A version that changed while it was linked runs once more for who waited, and is not kept. */
  #keep(
    compiled: CompiledScript,
    linked: LinkedScript,
    { version, unmet }: { readonly version: number; readonly unmet: readonly string[] },
  ): LoadedScript {
    const { timeoutDefaultMs } = this.#options;
    const loaded = toLoaded(compiled, linked, {
      timeoutDefaultMs,
      place: this.place,
      isComplete: unmet.length === 0,
      hasAiHelper: this.state.hasAiHelper,
    });
    if (version !== this.#version) return loaded;
    this.#unmet = unmet;
    this.loaded = loaded;
    return loaded;
  }
}

/** Words of scripts that ask for the bytes of a body, or are handed a Web `Request` that is made of them. */
const RAW_BODY_USES = /\b(rawBody|fetch|POST|PUT|PATCH|DELETE|OPTIONS)\b/;

/** Words of scripts that have streams to return; the body of a request is none. */
const STREAM_USES = /stream|\byield\b|asyncIterator|\bfetch\b|(?<!\breq(?:uest)?)\.body\b/i;

function toLoaded(
  compiled: CompiledScript,
  linked: LinkedScript,
  {
    timeoutDefaultMs,
    place,
    isComplete,
    hasAiHelper,
  }: {
    readonly timeoutDefaultMs: number;
    readonly place: number;
    readonly isComplete: boolean;
    readonly hasAiHelper: boolean;
  },
): LoadedScript {
  const { prepared, directives } = compiled;
  const { effective } = directives;
  const { freeNames } = prepared;
  const takes = takesSockets(effective);
  const seesSockets = takes || freeNames.has("ws") || freeNames.has("eval");
  const hasExports = prepared.exports.length > 0 || freeNames.has("module") || freeNames.has("exports");
  const timeoutMs = effective.timeout ?? timeoutDefaultMs;
  const callsAi = usesAi(compiled) || (hasAiHelper && prepared.modules.some((each) => !isBuiltin(each)));
  const logPolicy = toLogPolicy(effective);
  const logsBody = logPolicy !== null && logPolicy.requestBody !== "off";
  return {
    compiled,
    linked,
    place,
    uses: usesOf(compiled, hasExports) | (callsAi ? USES.ai : 0),
    hasExports,
    isPlain:
      isComplete &&
      effective.enabled &&
      effective.tokens.length === 0 &&
      effective.cors === null &&
      directives.returnType === null &&
      logPolicy === null &&
      !effective.rawBody &&
      !seesSockets &&
      (effective.concurrent === true || effective.mode === "worker"),
    takesSockets: takes,
    seesSockets,
    // A handler may be made elsewhere, by a function that nobody has looked at.
    isVariadic: prepared.isVariadic || prepared.modules.length > 0,
    readsMetadata: !prepared.bareNames.has("metadata"),
    timeoutMs,
    returnType: readReturnType(directives),
    logPolicy,
    logsBody,
    isBodyRaw: effective.rawBody,
    mayStream: STREAM_USES.test(prepared.body) || prepared.modules.length > 0,
    bodyRules: {
      // The bytes may also be asked for by a module that the script hands `req` to.
      keepsRaw:
        logsBody || RAW_BODY_USES.test(prepared.source) || prepared.modules.some((each) => !isBuiltin(each)),
      scriptTimeoutMs: timeoutMs,
      late: () => timeoutError(compiled.file, timeoutMs),
    },
  };
}

function usesOf({ prepared }: CompiledScript, hasExports: boolean): number {
  const { freeNames } = prepared;
  if (["arguments", "eval", "Function"].some((name) => freeNames.has(name))) return USES_ALL;
  let uses = 0;
  for (const [name, bit] of Object.entries(USES)) if (bit !== USES.ai && freeNames.has(name)) uses |= bit;
  if (hasExports) uses |= USES.req | USES.res | USES.module | USES.shared;
  if (prepared.exports.length > 0) uses |= USES.out;
  return uses;
}

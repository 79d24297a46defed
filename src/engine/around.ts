import type { Logger } from "pino";
import type { Endpoint } from "./endpoint.ts";
import type { Executor, Run } from "./executor.ts";
import { enforceReturnType } from "./return-type.ts";
import type { LoadedScript } from "./script-unit.ts";
import type { Units } from "./units.ts";

/** A script with the middleware of its directory. */
export interface Around {
  readonly run: Run;
  readonly pre: LoadedScript | null;
  readonly post: LoadedScript | null;
  /** Runs the script itself. */
  readonly main: () => Promise<unknown>;
  /** A run of middleware with the same `req` and `res`. */
  readonly beside: (script: LoadedScript) => Run;
}

/**
 * `pre`, the script, `post` (script-runtime.md §10): a non-null result of `pre`, or an answer it ended, takes the
 * script's place; a non-null result of `post` replaces the answer unless that has begun.
 */
export async function runAround({ run, pre, post, main, beside }: Around): Promise<unknown> {
  const hasBegun = () => run.res?.headersSent === true;
  const early = pre === null ? null : await beside(pre).invoke(undefined);
  const isStopped = (early !== null && early !== undefined) || run.res?.writableEnded === true;
  const result = isStopped ? early : await main();
  if (post === null) return result;
  const replaced = await beside(post).invoke(result);
  const replaces = replaced !== null && replaced !== undefined && replaced !== run.res && !hasBegun();
  return replaces ? replaced : result;
}

/** Runs a script, with the middleware of its directory if there is any. */
export async function runWithMiddleware(
  run: Run,
  { match, deployment }: Endpoint,
  loaded: LoadedScript,
  { executor, units, log }: { readonly executor: Executor; readonly units: Units; readonly log: Logger },
): Promise<unknown> {
  const main = async () => enforceReturnType(await run.invoke(undefined), loaded, log);
  if (match.pre === null && match.post === null) return main();
  const load = async (file: string | null) =>
    file === null ? null : units.unitOf(deployment.key, file).load();
  const [pre, post] = await Promise.all([load(match.pre), load(match.post)]);
  return runAround({ run, pre, post, main, beside: (script) => executor.beside(run, script) });
}

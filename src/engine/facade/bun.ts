import { harden } from "../harden.ts";
import type { ScriptListeners } from "../listeners.ts";
import { overlay } from "../overlay.ts";

/** What a script's `Bun` is made of. */
export interface BunOptions {
  /** Whether writes are ignored, for a script whose runs share the object. */
  readonly sealed: boolean;
  readonly file: string;
  /** Owns the servers that the script starts. */
  readonly listeners: ScriptListeners;
}

/**
 * The `Bun` of a script: the server's, with the script's own environment and arguments.
 *
 * Left to itself, `Bun.spawn` hands a child the environment the server was started with, tokens included, whatever
 * `process.env` says by then (Bun 1.4.5); a script's children get the script's.
 *
 * @param env The script's environment; assigning to it changes this copy only.
 */
export function createBun(
  env: Readonly<Record<string, string>>,
  { sealed, file, listeners }: BunOptions,
): typeof Bun {
  const inheriting =
    (start: (options: { env?: unknown }) => unknown) =>
    (command: unknown, options?: { env?: unknown }): unknown => {
      const given = Array.isArray(command) ? { ...options, cmd: command } : (command as { env?: unknown });
      return start({ ...given, env: given.env ?? env });
    };
  return overlay(Bun, {
    sealed,
    overrides: {
      env,
      argv: sealed ? Object.freeze(["bun", file]) : ["bun", file],
      spawn: harden(inheriting(Bun.spawn as never)),
      serve: listeners.owned(Bun.serve),
      listen: listeners.owned(Bun.listen),
      spawnSync: harden(inheriting(Bun.spawnSync as never)),
    },
  });
}

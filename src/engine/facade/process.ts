import { EventEmitter } from "node:events";
import { harden } from "../harden.ts";
import { overlay } from "../overlay.ts";

/** Members that would end, move or signal the server. */
const REFUSED = [
  "exit",
  "reallyExit",
  "abort",
  "chdir",
  "kill",
  "setuid",
  "setgid",
  "seteuid",
  "setegid",
  "dlopen",
];

/**
 * The `process` of a script: the server's, with an environment and listeners of its own.
 *
 * @param env The script's environment; assigning to it changes this copy only.
 * @param options.sealed Whether writes are ignored, for a script whose runs share the object.
 */
export function createProcess(
  env: Readonly<Record<string, string>>,
  { sealed, file }: { readonly sealed: boolean; readonly file: string },
): NodeJS.Process {
  const overrides: Record<string, unknown> = {
    env: sealed ? Object.freeze({ ...env }) : { ...env },
    argv: sealed ? Object.freeze(["bun", file]) : ["bun", file],
    execArgv: Object.freeze([]),
    mainModule: undefined,
  };
  for (const name of REFUSED) {
    overrides[name] = harden(() => {
      throw new Error(`Cannot call process.${name}: the process belongs to every script`);
    });
  }
  overrides["umask"] = harden((mask?: number) => {
    if (mask === undefined) return process.umask();
    throw new Error("Cannot call process.umask with a mask: the process belongs to every script");
  });
  const listeners = new EventEmitter();
  for (const name of EMITTER_MEMBERS) {
    overrides[name] = harden((...args: unknown[]) => {
      // A run that shares this object with others keeps no listeners: the next run would find them.
      if (sealed) return name === "emit" ? false : undefined;
      return (listeners[name] as (...given: unknown[]) => unknown).apply(listeners, args);
    });
  }
  return overlay(process, { overrides, sealed });
}

const EMITTER_MEMBERS = [
  "addListener",
  "emit",
  "eventNames",
  "listenerCount",
  "listeners",
  "off",
  "on",
  "once",
  "prependListener",
  "prependOnceListener",
  "removeAllListeners",
  "removeListener",
  "setMaxListeners",
] as const satisfies readonly (keyof EventEmitter)[];

import { EventEmitter } from "node:events";
import { harden } from "../harden.ts";
import { overlay } from "../overlay.ts";
import { createInput, createOutput, type PrintLine } from "./std-streams.ts";

/** Members that would end or move the server, or speak for it to the process that started it. */
const REFUSED = [
  "exit",
  "reallyExit",
  "abort",
  "chdir",
  "setuid",
  "setgid",
  "seteuid",
  "setegid",
  "setgroups",
  "initgroups",
  "dlopen",
  "send",
  "disconnect",
  "setUncaughtExceptionCaptureCallback",
];

/** What a script's `process` is made of. */
export interface ProcessOptions {
  /** Whether writes are ignored, for a script whose runs share the object. */
  readonly sealed: boolean;
  /** Absolute path of the script. */
  readonly file: string;
  /** Receives what the script writes to its outputs. */
  readonly print: PrintLine;
}

/**
 * The `process` of a script: the server's, with an environment, listeners, inputs and outputs of its own.
 *
 * @param env The script's environment; assigning to it changes this copy only.
 */
export function createProcess(
  env: Readonly<Record<string, string>>,
  { sealed, file, print }: ProcessOptions,
): NodeJS.Process {
  const overrides: Record<string, unknown> = {
    env,
    argv: sealed ? Object.freeze(["bun", file]) : ["bun", file],
    execArgv: Object.freeze([]),
    mainModule: undefined,
    channel: undefined,
    connected: false,
    kill: harden(kill),
  };
  for (const [name, make] of Object.entries(streamsOf(print))) {
    Object.defineProperty(overrides, name, {
      get: sealed ? harden(make) : onFirstRead(make),
      enumerable: true,
    });
  }
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

/** Signals any process but this one and those it was started with; signal 0 only asks whether one is there. */
function kill(pid: number, signal?: string | number): true {
  const target = Math.abs(Number(pid));
  const isOurs = !(target > 1) || target === process.pid || target === process.ppid;
  if (isOurs && signal !== 0) {
    throw new Error(`Cannot call process.kill with ${String(pid)}: the process belongs to every script`);
  }
  return process.kill(pid, signal);
}

/** Streams that only seem to be the server's: closing those would close its log. */
function streamsOf(print: PrintLine): Readonly<Record<string, () => unknown>> {
  return {
    stdout: () => createOutput(1, (text) => print("info", text)),
    stderr: () => createOutput(2, (text) => print("error", text)),
    stdin: () => createInput(),
  };
}

function onFirstRead(make: () => unknown): () => unknown {
  let made: unknown;
  return harden(() => {
    made ??= make();
    return made;
  });
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

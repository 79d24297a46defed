import type { Ai } from "../ai/ai.ts";
import type { CompiledScript } from "../compiler/compiler.ts";
import { closeClass, harden } from "./harden.ts";
import { hostBuiltIns } from "./host-realm.ts";

/** Names by which a script calls a language model (script-runtime.md §13). */
const AI_NAMES = ["ai", "openai", "model", "generateText", "streamText", "generateObject"] as const;

/** Files around scripts, which have no AI names. */
const MIDDLEWARE = /(^|\/)(pre|post)\.(ts|js)$/;

/** Whether a file is given AI names. */
export function usesAi({ file, prepared, directives }: CompiledScript): boolean {
  // Text for `eval` may name them, too.
  if (![...AI_NAMES, "eval"].some((name) => prepared.freeNames.has(name))) return false;
  return directives.effective.ai && !MIDDLEWARE.test(file);
}

/** What each of the names is in a file. */
export function aiMakers(
  ai: Ai,
  { file, directives }: CompiledScript,
): Record<(typeof AI_NAMES)[number], () => unknown> {
  const calls = ai.callsOf(file, directives.declared);
  return {
    ai: () =>
      Object.freeze({
        generate: harden((given: unknown) => calls.generate(given)),
        stream: harden((given: unknown) => calls.stream(given)),
        object: harden((given: unknown) => calls.object(given)),
      }),
    openai: () => calls.openai,
    model: () => calls.model,
    generateText: () => harden((given: unknown) => calls.generateText(given)),
    streamText: () => harden((given: unknown) => calls.streamText(given)),
    generateObject: () => harden((given: unknown) => calls.generateObject(given)),
  };
}

/** Objects looked at in one value; results of the SDK have some dozens. */
const CLOSED_MAX = 1000;

/**
 * Closes what a library of the server's realm hands to a script: functions, and the classes of all instances inside, so
 * that nothing hung on them meets the next script.
 */
export function closeShown<T>(value: T): T {
  const pending: unknown[] = [value];
  const seen = new Set<unknown>();
  for (let each = pending.pop(); each !== undefined && seen.size < CLOSED_MAX; each = pending.pop()) {
    if (typeof each === "function") harden(each as never);
    if (typeof each !== "object" || each === null || seen.has(each)) continue;
    seen.add(each);
    closePrototypes(each);
    if (ArrayBuffer.isView(each)) continue;
    for (const { value: member } of Object.values(Object.getOwnPropertyDescriptors(each)))
      if (typeof member === "object" && member !== null) pending.push(member);
  }
  return value;
}

/**
 * Classes of the library; those of the language and the runtime are looked after elsewhere, and what a script gave, a
 * tool's result say, is its own.
 */
function closePrototypes(instance: object): void {
  const chain: object[] = [];
  for (let at = Object.getPrototypeOf(instance); at !== null; at = Object.getPrototypeOf(at)) chain.push(at);
  if (chain.at(-1) !== Object.prototype) return;
  for (const prototype of chain) {
    if (Object.isFrozen(prototype) || hostBuiltIns().includes(prototype)) return;
    closeClass({ prototype });
  }
}

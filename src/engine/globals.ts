import { createRequire } from "node:module";

/**
 * TABLE: the runtime's globals that every context gets; a VM context starts with ECMAScript's alone.
 *
 * They are the server's own objects, so they are frozen once (`freezeHostGlobals`): no script can change what
 * another one sees. `Bun`, `process` and the timers come from `engine/injected.ts`, one for each deployment.
 */
export const HOST_GLOBAL_NAMES = [
  "AbortController",
  "AbortSignal",
  "Blob",
  "BroadcastChannel",
  "Buffer",
  "ByteLengthQueuingStrategy",
  "CloseEvent",
  "CompressionStream",
  "CountQueuingStrategy",
  "CryptoKey",
  "CustomEvent",
  "DecompressionStream",
  "DOMException",
  "ErrorEvent",
  "Event",
  "EventSource",
  "EventTarget",
  "File",
  "FormData",
  "HTMLRewriter",
  "Headers",
  "MessageChannel",
  "MessageEvent",
  "MessagePort",
  "ReadableByteStreamController",
  "ReadableStream",
  "ReadableStreamBYOBReader",
  "ReadableStreamDefaultController",
  "ReadableStreamDefaultReader",
  "Request",
  "Response",
  "SubtleCrypto",
  "TextDecoder",
  "TextDecoderStream",
  "TextEncoder",
  "TextEncoderStream",
  "TransformStream",
  "TransformStreamDefaultController",
  "URL",
  "URLSearchParams",
  "WebSocket",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
  "atob",
  "btoa",
  "fetch",
  "navigator",
  "performance",
  "queueMicrotask",
  "structuredClone",
] as const;

/** The runtime's globals by name, those that this runtime has. */
export function hostGlobals(): Record<string, unknown> {
  const host = globalThis as unknown as Record<string, unknown>;
  return Object.fromEntries(
    HOST_GLOBAL_NAMES.filter((name) => name in host).map((name) => [name, host[name]]),
  );
}

/** TABLE: names injected besides the runtime's, and the module and export each one is. */
export const INJECTED_MODULES: Readonly<
  Record<string, { readonly module: string; readonly member?: string }>
> = {
  crypto: { module: "node:crypto" },
  fs: { module: "node:fs" },
  path: { module: "node:path" },
  Database: { module: "bun:sqlite", member: "Database" },
  z: { module: "zod", member: "z" },
};

const requireHere = createRequire(import.meta.url);

/** Loads a module of the runtime or of this program; on first use, because some are large. */
export function loadHostModule(specifier: string): unknown {
  return requireHere(specifier);
}

/**
 * Freezes the runtime's globals and their methods, and closes `Object.prototype` of the server's realm.
 *
 * Process-wide and done once; calling it again does nothing. Packages keep working: they may still assign to
 * existing members of `Object.prototype` on objects of their own.
 */
export function freezeHostGlobals(): void {
  if (!Object.isExtensible(Object.prototype)) return;
  for (const value of Object.values(hostGlobals())) {
    freezeWithMembers(value);
    if (typeof value === "function") freezeWithMembers(value.prototype);
  }
  Object.preventExtensions(Object.prototype);
}

function freezeWithMembers(value: unknown): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
  closeConstructor(value);
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(value))) {
    for (const member of [descriptor.value, descriptor.get, descriptor.set]) {
      if (typeof member !== "function" || member.prototype !== undefined) continue;
      closeConstructor(member);
      Object.freeze(member);
    }
  }
  Object.freeze(value);
}

/** `fetch.constructor("…")` would compile text in the server's realm; a script has its own `Function` for that. */
function closeConstructor(value: object): void {
  if (typeof value !== "function" || Object.hasOwn(value, "constructor") || !Object.isExtensible(value))
    return;
  Object.defineProperty(value, "constructor", { value: undefined });
}

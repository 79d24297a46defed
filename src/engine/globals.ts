import { createRequire } from "node:module";

/**
 * TABLE: the runtime's globals that every context gets; a VM context starts with ECMAScript's alone.
 *
 * They are the server's own objects, so they are frozen once (`engine/host-realm.ts`): no script can change what
 * another one sees. `Bun`, `process` and the timers come from `DeploymentState.injectedFor`.
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
  "Crypto",
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
  "URLPattern",
  "URLSearchParams",
  "WebSocket",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
  "atob",
  "btoa",
  "crypto",
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

import { expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** Globals of the runtime that scripts rely on, in each kind of context (script-runtime.md §5). */
const NAMES =
  "AbortController AbortSignal Blob BroadcastChannel Buffer CompressionStream CryptoKey CustomEvent DOMException Event EventSource EventTarget File FormData HTMLRewriter Headers MessageChannel ReadableStream Request Response SubtleCrypto TextDecoder TextEncoder TransformStream URL URLPattern URLSearchParams WebSocket WritableStream atob btoa clearImmediate clearInterval clearTimeout crypto fetch navigator performance process Bun queueMicrotask setImmediate setInterval setTimeout structuredClone Intl WebAssembly Temporal".split(
    " ",
  );

test.each(["", "// @mode worker\n", "globalThis.own = 1;\n", 'eval("1");\n'])(
  "a script that begins with %j sees the globals of the runtime",
  async (head) => {
    const known = NAMES.filter((name) => name in globalThis);
    const source = `${head}return [${known.map((name) => `typeof ${name} === "undefined" ? "${name}" : ""`).join(", ")}].join("");`;
    await using app = await scriptApp({ "default/1/a.js": source });
    const { status, text } = await app.ask("/a");
    expect([status, text]).toEqual([200, ""]);
  },
);

import { Readable } from "node:stream";
import type { Execution } from "../execution.ts";
import { ScriptRequest } from "./request.ts";

/**
 * `req` of a script with `// @rawBody`: the unread body as a stream, with the usual members on it
 * (script-runtime.md §7). Nothing is parsed and no limit applies.
 */
export function createRawRequest(execution: Execution): Readable & ScriptRequest {
  const stream = Readable.from(chunksOf(execution.request), { objectMode: false });
  const request = new ScriptRequest(execution);
  for (const name of ["method", "url", "path", "headers", "signal", "params", "ip", "cookies"] as const) {
    Object.defineProperty(stream, name, { get: () => request[name], configurable: true, enumerable: true });
  }
  return Object.assign(stream, {
    get: (name: string) => request.get(name),
    rawBody: undefined,
    files: undefined,
  }) as never;
}

/** Touches the body only when it is read: a handler that takes a Web `Request` reads it from there. */
async function* chunksOf(request: Request): AsyncGenerator<Buffer> {
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) yield Buffer.from(chunk);
}

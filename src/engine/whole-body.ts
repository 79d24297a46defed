import { isObject } from "../base/realm.ts";
import type { Streaming } from "./streams.ts";

/**
 * The answer with a body that is all there.
 *
 * The runtime copies bytes once for each client, and encodes text that is not ASCII: 100 MB take 40 to 100 ms, or 300, in
 * which nobody else is answered, and stay until the last of them is sent (measured). So a body beyond `--answer-copy-max`
 * is sent from where it lies, as the client takes it. It has no Content-Length then, since the runtime sends none with a
 * stream (oven-sh/bun#10507). Text in ASCII it would only read through, in 10 ms; but whether an answer has a
 * Content-Length should not hang on an umlaut.
 */
export function wholeResponse(body: Bun.BodyInit, init: ResponseInit, streaming: Streaming): Response {
  const length = typeof body === "string" ? body.length : (body as { byteLength?: number }).byteLength;
  // A Blob has no byteLength: its bytes are shared by all who are sent them.
  if (length === undefined || length <= streaming.copyBytesMax) return new Response(body, init);
  return largeResponse(body as string | Uint8Array | ArrayBuffer, init, streaming);
}

/** Chunks as one body; a single one is not copied for that. */
export function joinChunks(chunks: readonly Uint8Array[]): Bun.BodyInit {
  const [first] = chunks;
  return (chunks.length === 1 && first ? first : new Blob(chunks as Bun.BlobPart[])) as Bun.BodyInit;
}

function largeResponse(
  body: string | ArrayBufferView | ArrayBuffer,
  init: ResponseInit,
  streaming: Streaming,
): Response {
  if (streaming.isHead) {
    const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
    const headers = new Headers(init.headers as Bun.HeadersInit);
    headers.set("content-length", String(bytes));
    return new Response(null, { ...init, headers });
  }
  return new Response(openChunks(typeof body === "string" ? encode(body) : cut(body), streaming), init);
}

/** Bytes sent at a time: 0.1 ms. */
const CHUNK_BYTES = 256 * 1024;
/** UTF-16 units encoded at a time: 0.1 ms, of nothing but umlauts 0.5 ms. */
const CHUNK_UNITS = 128 * 1024;

function openChunks(chunks: Iterator<Uint8Array>, streaming: Streaming): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = chunks.next();
          if (done) return controller.close();
          controller.enqueue(value);
          // Others have their turn: a socket takes 4 MB at once, and a fast client all of it.
          await nextTurn();
        } catch (error) {
          streaming.onError(error);
          // Without a value: the runtime would print it a second time.
          controller.error();
        }
      },
    },
    // What is made ahead would only wait.
    { highWaterMark: 0 },
  );
}

/** @throws {Error} when the script transfers or shrinks the buffer before all of it is sent. */
function* cut(body: ArrayBufferView | ArrayBuffer): Generator<Uint8Array, void> {
  const { byteLength } = body;
  const [buffer, start] =
    isObject(body) && ArrayBuffer.isView(body) ? [body.buffer, body.byteOffset] : [body as ArrayBuffer, 0];
  for (let at = 0; at < byteLength; at += CHUNK_BYTES) {
    const length = Math.min(CHUNK_BYTES, byteLength - at);
    if (start + at + length > buffer.byteLength) {
      throw new Error(
        `Cannot send the last ${byteLength - at} of ${byteLength} bytes: their buffer was transferred or shrunk`,
      );
    }
    yield new Uint8Array(buffer, start + at, length);
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** UTF-8 of a text, never cut between the halves of a surrogate pair. */
function* encode(text: string): Generator<Uint8Array, void> {
  for (let at = 0; at < text.length; ) {
    let end = at + CHUNK_UNITS;
    if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    // Of umlauts it makes bytes four times as fast as a TextEncoder (measured).
    yield Buffer.from(text.slice(at, end));
    at = end;
  }
}

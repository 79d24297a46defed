import { isAsyncIterable, isBytes, isObject } from "../base/realm.ts";

/** What a script may stream. */
export type StreamSource =
  | ReadableStream
  | AsyncIterable<unknown>
  | Iterable<unknown>
  | { readonly textStream: AsyncIterable<unknown> };

const encoder = new TextEncoder();

/**
 * A chunk as bytes: text as UTF-8, bytes as they are, anything else as one line of JSON.
 *
 * @throws {TypeError} for a value that JSON cannot hold.
 */
export function encodeChunk(chunk: unknown): Uint8Array {
  if (typeof chunk === "string") return encoder.encode(chunk);
  if (isBytes(chunk)) {
    return ArrayBuffer.isView(chunk)
      ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      : new Uint8Array(chunk);
  }
  if (isObject(chunk)) return encoder.encode(`${JSON.stringify(chunk)}\n`);
  return encoder.encode(String(chunk));
}

/**
 * A source of any kind as a stream of bytes.
 *
 * It is read only as fast as the client takes it, and told to stop when the client goes away.
 */
export function toByteStream(
  source: StreamSource,
  onError?: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const iterator = iteratorOf(source);
  let isCancelled = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        for (;;) {
          const { done, value } = await iterator.next();
          if (isCancelled) return;
          if (done) return controller.close();
          // A chunk without content would end the pulling.
          if (value !== undefined && value !== null) return controller.enqueue(encodeChunk(value));
        }
      } catch (error) {
        if (isCancelled) return; // Nobody reads any more, so nobody misses what did not come.
        onError?.(error);
        controller.error(error);
      }
    },
    async cancel() {
      isCancelled = true;
      await iterator.return?.();
    },
  });
}

/** A stream of bytes that is written to; what is written once its reader is gone is dropped. */
export class ChunkStream {
  readonly readable: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(first: readonly Uint8Array[]) {
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        for (const chunk of first) controller.enqueue(chunk);
      },
      cancel: () => {
        this.#controller = null;
      },
    });
  }

  /** @returns Whether the reader keeps up. */
  write(chunk: Uint8Array): boolean {
    this.#controller?.enqueue(chunk);
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  end(): void {
    this.#controller?.close();
    this.#controller = null;
  }

  /** Breaks the stream off, so that its reader does not take it for complete. */
  fail(error: unknown): void {
    this.#controller?.error(error);
    this.#controller = null;
  }
}

function iteratorOf(source: StreamSource): AsyncIterator<unknown> | Iterator<unknown> {
  if (isObject(source) && isAsyncIterable((source as { textStream?: unknown }).textStream)) {
    return (source as { textStream: AsyncIterable<unknown> }).textStream[Symbol.asyncIterator]();
  }
  if (isAsyncIterable(source)) return source[Symbol.asyncIterator]();
  return (source as Iterable<unknown>)[Symbol.iterator]();
}

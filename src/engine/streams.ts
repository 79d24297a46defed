import { isAsyncIterable, isBytes, isObject } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";

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

/** What an answer needs to know when it turns out to be a stream. */
export interface Streaming {
  /** Whether the script, or a module it imports, can have made a `Response` of a stream. */
  readonly isPossible: boolean;
  /** Whether the client asks for the head alone. */
  readonly isHead: boolean;
  /** Largest body of known length that is copied for its client, in bytes. */
  readonly copyBytesMax: number;
  /** Called at most once for a stream. */
  begin(): StreamReading;
  /** Called for what may be a stream, but is handed to the runtime as it is. */
  mayPause(): void;
  /** Is told why an answer that has begun is broken off. */
  onError(thrown: unknown): void;
}

/** How a stream is read. */
export interface StreamReading {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Called before the last byte is sent. */
  readonly onEnd: () => void;
  /** Called when what is sent is let go of before that. */
  readonly onGone: () => void;
  /** Is told what the source threw after its first chunk. */
  readonly onError: (error: unknown) => void;
  /** Runs the source's code for the next chunk. */
  readonly around: <T>(run: () => T) => T;
}

/** A stream that has begun. */
export interface OpenStream {
  /** Its first chunk, which is also the body's; empty when there is none. */
  readonly first: Uint8Array;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * A source of any kind as a stream of bytes whose first chunk is there: until then the head of the answer has not been
 * sent, and what the source throws is answered as any other failure.
 *
 * It is read only as fast as the client takes it, and told to stop when the client goes away.
 *
 * @throws Whatever the source throws before its first chunk; `clientGone` when nobody waits for that any more.
 */
export async function openByteStream(
  source: StreamSource,
  { signal, onEnd, onGone, onError, around }: StreamReading,
): Promise<OpenStream> {
  const chunks = new ChunkReader(iteratorOf(source), around);
  const { promise: gone, reject } = Promise.withResolvers<never>();
  const leave = () => {
    chunks.stop();
    reject(new ExecError("clientGone"));
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  // A generator that waits for something cannot be told to stop before it goes on.
  const first = await Promise.race([chunks.next(), gone]);
  const close = (controller: ReadableStreamDefaultController) => {
    onEnd();
    controller.close();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (first === null) close(controller);
      else controller.enqueue(first);
    },
    async pull(controller) {
      try {
        const chunk = await chunks.next();
        if (chunks.isStopped) return;
        if (chunk === null) close(controller);
        else controller.enqueue(chunk);
      } catch (error) {
        if (chunks.isStopped) return; // Nobody reads any more, so nobody misses what did not come.
        onError(error);
        // Without a value: the runtime would print it a second time.
        controller.error();
      }
    },
    cancel: () => {
      chunks.stop();
      onGone();
    },
  });
  return { first: first ?? new Uint8Array(), body };
}

/** Chunks without content in a row after which others get their turn. */
const EMPTY_MAX = 64;

/** The chunks of a script's iterator, which may do anything. */
class ChunkReader {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #around: StreamReading["around"];
  #isStopped = false;

  constructor(iterator: AsyncIterator<unknown> | Iterator<unknown>, around: StreamReading["around"]) {
    this.#iterator = iterator;
    this.#around = around;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** @returns null at the end. */
  async next(): Promise<Uint8Array | null> {
    for (let empty = 1; ; empty++) {
      const step: unknown = await this.#around(() => this.#iterator.next());
      if (!isObject(step))
        throw new TypeError(`The iterator yielded ${String(step)}, not an object with done and value`);
      if (step["done"] || this.#isStopped) return null;
      const { value } = step;
      // A chunk without content would end the pulling.
      if (value !== undefined && value !== null && value !== "") return encodeChunk(value);
      if (empty % EMPTY_MAX === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Tells the source that nothing more is wanted of it; what it throws at that is nobody's failure. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    Promise.try(() => this.#iterator.return?.()).catch(() => undefined);
  }
}

function iteratorOf(source: StreamSource): AsyncIterator<unknown> | Iterator<unknown> {
  const { textStream } = source as { textStream?: unknown };
  const iterable = isAsyncIterable(textStream) ? textStream : source;
  if (iterable instanceof ReadableStream) return readerOf(iterable);
  const iterator: unknown = isAsyncIterable(iterable)
    ? iterable[Symbol.asyncIterator]()
    : (iterable as Iterable<unknown>)[Symbol.iterator]();
  if (isObject(iterator) && typeof iterator["next"] === "function") return iterator as never;
  throw new TypeError("Cannot stream the value: what its Symbol.asyncIterator yields has no next()");
}

/** Unlike a stream's own iterator it can be stopped while it waits for a chunk. */
function readerOf(stream: ReadableStream): AsyncIterator<unknown> {
  const reader = stream.getReader();
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    async return() {
      await reader.cancel();
      return { done: true, value: undefined };
    },
  };
}

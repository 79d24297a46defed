import type { StreamReading } from "./streams.ts";

/** Who is told of a stream's end. */
export type StreamEnds = Pick<StreamReading, "onEnd" | "onGone">;

/** Bytes that may wait for clients which read slower than scripts write. */
export class WriteLimit {
  readonly bytesMax: number;
  #refused = 0;

  /** @param bytesMax For one answer. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Writes refused because too much was waiting. */
  get refused(): number {
    return this.#refused;
  }

  /** @throws {Error} for the author, when a chunk is one too many; a single one of any size is not. */
  check(waitingBytes: number, chunkBytes: number): void {
    if (waitingBytes === 0 || waitingBytes + chunkBytes <= this.bytesMax) return;
    this.#refused++;
    throw new Error(
      `Cannot write ${chunkBytes} bytes: ${waitingBytes} wait for the client, and --write-buffer-max is ${this.bytesMax}; return an async generator, which is read as fast as the client`,
    );
  }
}

/** A stream of bytes that is written to; what is written once its reader is gone is dropped. */
export class ChunkStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #limit: WriteLimit;
  readonly #onEnd: () => void;
  readonly #onGone: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  /** @param reading Is told of its end. */
  constructor(first: readonly Uint8Array[], limit: WriteLimit, { onEnd, onGone }: StreamEnds) {
    this.#limit = limit;
    this.#onEnd = onEnd;
    this.#onGone = onGone;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          for (const chunk of first) controller.enqueue(chunk);
        },
        cancel: () => {
          this.#controller = null;
          this.#onGone();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: KEPT_UP_BYTES }),
    );
  }

  /**
   * @returns Whether the reader keeps up.
   * @throws {Error} when it has fallen too far behind.
   */
  write(chunk: Uint8Array): boolean {
    if (this.#controller === null) return false;
    const waitingBytes = KEPT_UP_BYTES - (this.#controller.desiredSize ?? KEPT_UP_BYTES);
    this.#limit.check(waitingBytes, chunk.byteLength);
    this.#controller.enqueue(chunk);
    return (this.#controller.desiredSize ?? 0) > 0;
  }

  end(): void {
    if (this.#controller === null) return;
    this.#onEnd();
    this.#controller.close();
    this.#controller = null;
  }

  /** Breaks the stream off, so that its reader does not take it for complete. */
  fail(): void {
    // Without a value: the runtime prints one that it finds nobody to tell, and who broke it off has logged it.
    this.#controller?.error();
    this.#controller = null;
  }
}

/** Bytes that may wait before a reader counts as slow. */
export const KEPT_UP_BYTES = 64 * 1024;

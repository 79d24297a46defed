import type { FileHandle } from "node:fs/promises";
import { FILE_START, type LineCursor, readBytes, readLines } from "./lines.ts";

/** What of a log is wanted. */
export interface Reading {
  /** Lines. */
  readonly count: number;
  /** Whether the last ones are wanted, and not the first. */
  readonly isTail: boolean;
  /** Which lines count; null for all. */
  readonly isWanted: ((line: string) => boolean) | null;
}

/** Lines of a log. */
export interface ReadLog {
  readonly lines: readonly string[];
  /** Lines of the file; estimated for one over {@link COUNTED_BYTES_MAX} that was not read through. */
  readonly totalCount: number;
  /** Lines that were wanted, those beyond `count` included. */
  readonly wantedCount: number;
}

/** Bytes of lines that one answer may hold; lines beyond that are left out. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** Files up to this size are counted, which takes some milliseconds; the count of larger ones is estimated. */
export const COUNTED_BYTES_MAX = 64 * 1024 * 1024;

const BLOCK_BYTES = 64 * 1024;
const COUNT_BLOCK_BYTES = 1024 * 1024;
const LINE_END = 10;

/**
 * Reads lines from one end of a log. Holds the lines it answers and never the file; of a large one only the end that is
 * wanted is read, unless lines have to be looked for.
 *
 * @param size Bytes of the file that count; what is added meanwhile does not.
 */
export async function readLog(
  handle: FileHandle,
  size: number,
  { count, isTail, isWanted }: Reading,
): Promise<ReadLog> {
  const from = isTail && isWanted === null ? await tailStart(handle, size, count) : FILE_START;
  const kept = new KeptLines(count, isTail);
  let lineCount = 0;
  let wantedCount = 0;
  let cursor = from;
  for (;;) {
    const { lines, next } = await readLines(handle, cursor, { endOffset: size, isFinal: true });
    lineCount += lines.length;
    for (const line of lines) {
      if (isWanted !== null && !isWanted(line)) continue;
      wantedCount++;
      kept.add(line);
    }
    if (next.offset === cursor.offset || (isWanted === null && !isTail && kept.isFull)) break;
    cursor = next;
  }
  if (isWanted !== null) return { lines: kept.lines, totalCount: lineCount, wantedCount };
  const isThrough = from.offset === 0 && cursor.offset >= size;
  const totalCount = isThrough
    ? lineCount
    : size <= COUNTED_BYTES_MAX
      ? await countLines(handle, size)
      : Math.round((size / Math.max(1, cursor.offset - from.offset)) * lineCount);
  return { lines: kept.lines, totalCount, wantedCount: totalCount };
}

/** Where the last lines of a file begin; read from its end. */
export async function tailStart(handle: FileHandle, size: number, count: number): Promise<LineCursor> {
  if (count === 0) return { offset: size, isWithin: false };
  let lineEnds = 0;
  const lowest = Math.max(0, size - ANSWER_BYTES_MAX);
  for (let end = size; end > lowest; ) {
    const start = Math.max(lowest, end - BLOCK_BYTES);
    const bytes = await readBytes(handle, start, end - start);
    // The end of the last line begins no other.
    let at = end === size ? bytes.length - 2 : bytes.length - 1;
    for (at = lastLineEnd(bytes, at); at >= 0; at = lastLineEnd(bytes, at - 1)) {
      if (++lineEnds === count) return { offset: start + at + 1, isWithin: false };
    }
    end = start;
  }
  return lowest === 0 ? FILE_START : { offset: lowest, isWithin: true };
}

/** -1 for none; a negative position would count from the end. */
function lastLineEnd(bytes: Buffer, from: number): number {
  return from < 0 ? -1 : bytes.lastIndexOf(LINE_END, from);
}

async function countLines(handle: FileHandle, size: number): Promise<number> {
  let count = 0;
  let last = LINE_END;
  for (let offset = 0; offset < size; offset += COUNT_BLOCK_BYTES) {
    const bytes = await readBytes(handle, offset, Math.min(COUNT_BLOCK_BYTES, size - offset));
    if (bytes.length === 0) break;
    for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) count++;
    last = bytes[bytes.length - 1] ?? LINE_END;
  }
  return last === LINE_END ? count : count + 1;
}

/** The first or the last of the lines that are added, as many as an answer may hold. */
class KeptLines {
  readonly lines: string[] = [];
  readonly #countMax: number;
  readonly #isTail: boolean;
  #bytes = 0;
  #isOver = false;

  constructor(countMax: number, isTail: boolean) {
    this.#countMax = countMax;
    this.#isTail = isTail;
  }

  /** Whether none of those that follow is kept. */
  get isFull(): boolean {
    return !this.#isTail && (this.#isOver || this.lines.length >= this.#countMax);
  }

  add(line: string): void {
    if (this.isFull) return;
    const bytes = Buffer.byteLength(line);
    if (!this.#isTail && this.#bytes + bytes > ANSWER_BYTES_MAX) {
      this.#isOver = true;
      return;
    }
    this.lines.push(line);
    this.#bytes += bytes;
    while (this.lines.length > this.#countMax || this.#bytes > ANSWER_BYTES_MAX)
      this.#bytes -= Buffer.byteLength(this.lines.shift() ?? "");
  }
}

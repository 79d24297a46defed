import type { FileHandle } from "node:fs/promises";

/** Bytes of a line that are shown; of a longer one its beginning is. */
export const LINE_BYTES_MAX = 1024 * 1024;

/** Bytes read at once. */
const BLOCK_BYTES = 128 * 1024;

const LINE_END = 10;

/** Where the reading of a file stands. */
export interface LineCursor {
  /** Bytes from the beginning of the file. */
  readonly offset: number;
  /** Whether it stands within a line whose beginning has been shown: the rest of it is passed over. */
  readonly isWithin: boolean;
}

/** Some lines in a row. */
export interface LineBlock {
  readonly lines: readonly string[];
  /** Where each of them ends, its line end included; bytes from the beginning of the file. */
  readonly ends: readonly number[];
  readonly next: LineCursor;
}

export const FILE_START: LineCursor = { offset: 0, isWithin: false };

/**
 * Reads the next lines of a file, at most some hundred kilobytes of them.
 *
 * @param options.endOffset Where the file counts as ended, in bytes; where it ends when left out.
 * @param options.isFinal Whether what stands at the end without a line end is a line: nobody adds to it any more.
 * @returns `next` stays where the cursor was when there is no complete line.
 */
export async function readLines(
  handle: FileHandle,
  cursor: LineCursor,
  {
    endOffset = Number.POSITIVE_INFINITY,
    isFinal,
  }: { readonly endOffset?: number; readonly isFinal: boolean },
): Promise<LineBlock> {
  for (let wanted = BLOCK_BYTES; ; wanted *= 2) {
    const length = Math.min(wanted, Math.max(0, endOffset - cursor.offset));
    const bytes = await readBytes(handle, cursor.offset, length);
    const isEnd = bytes.length < wanted;
    const complete = bytes.lastIndexOf(LINE_END) + 1;
    if (complete > 0) return toBlock(bytes.subarray(0, complete), cursor);
    if (bytes.length > LINE_BYTES_MAX || (cursor.isWithin && bytes.length > 0))
      return startOfLong(bytes, cursor);
    if (!isEnd) continue;
    if (isFinal && bytes.length > 0) return toBlock(bytes, cursor);
    return { lines: [], ends: [], next: cursor };
  }
}

/** Fewer bytes at the end of the file. */
export async function readBytes(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function toBlock(bytes: Buffer, { offset, isWithin }: LineCursor): LineBlock {
  const lines: string[] = [];
  const ends: number[] = [];
  let start = 0;
  let isRest = isWithin;
  while (start < bytes.length) {
    const found = bytes.indexOf(LINE_END, start);
    const end = found < 0 ? bytes.length : found;
    const next = found < 0 ? end : end + 1;
    if (!isRest) {
      lines.push(shown(bytes.subarray(start, end)));
      ends.push(offset + next);
    }
    isRest = false;
    start = next;
  }
  return { lines, ends, next: { offset: offset + bytes.length, isWithin: false } };
}

/** A line that has no end in sight. */
function startOfLong(bytes: Buffer, { offset, isWithin }: LineCursor): LineBlock {
  const next = { offset: offset + bytes.length, isWithin: true };
  return isWithin ? { lines: [], ends: [], next } : { lines: [shown(bytes)], ends: [next.offset], next };
}

function shown(line: Buffer): string {
  return line.length <= LINE_BYTES_MAX
    ? line.toString("utf8")
    : `${line.toString("utf8", 0, LINE_BYTES_MAX)}…`;
}

import type { FileHandle } from "node:fs/promises";
import { toSseText } from "../base/sse.ts";
import { type LineBlock, type LineCursor, readLines } from "./lines.ts";

/** Blocks kept, because followers that stand together ask for the same one after another. */
const BLOCKS_KEPT = 8;

/** Some lines as events, made once for everybody who stands at their beginning. */
export class EventBlock {
  readonly next: LineCursor;
  /** Of a stream without ids; empty when there was no complete line. */
  readonly bytes: Uint8Array;
  readonly #block: LineBlock;
  readonly #inode: number;
  #withIds: Uint8Array | null = null;

  constructor(block: LineBlock, inode: number) {
    this.next = block.next;
    this.#block = block;
    this.#inode = inode;
    this.bytes = Buffer.from(block.lines.map((line) => toSseText({ data: toData(line) })).join(""));
  }

  /** The same, where each event tells its place. */
  get bytesWithIds(): Uint8Array {
    const { lines, ends } = this.#block;
    this.#withIds ??= Buffer.from(
      lines
        .map((line, at) => toSseText({ data: toData(line), id: toEventId(this.#inode, ends[at] ?? 0) }))
        .join(""),
    );
    return this.#withIds;
  }
}

/** One file on disk that is followed, whatever its name becomes; closed with its last follower. */
export class Segment {
  readonly inode: number;
  /** Of the files set aside, the last one that is older than this; null for none. */
  readonly stampBefore: string | null;
  readonly handle: FileHandle;
  /** When it was first seen to have lost its name, in monotonic milliseconds; null for not yet. */
  leftMs: number | null = null;
  /** How often somebody has cut it off: places in it are no longer what they were. */
  cuts = 0;
  #reachedOffset = 0;
  #followers = 0;
  readonly #blocks = new Map<number, Promise<EventBlock>>();

  constructor(handle: FileHandle, { inode, stampBefore }: { inode: number; stampBefore: string | null }) {
    this.handle = handle;
    this.inode = inode;
    this.stampBefore = stampBefore;
  }

  get isUsed(): boolean {
    return this.#followers > 0;
  }

  enter(): void {
    this.#followers++;
  }

  leave(): void {
    this.#followers--;
  }

  /** Looks whether it was cut off, as tools do that empty a log. */
  async refresh(): Promise<void> {
    // What was read was there before the file is asked for its size.
    const reachedOffset = this.#reachedOffset;
    const { size } = await this.handle.stat();
    if (size >= reachedOffset) return;
    this.cuts++;
    this.#reachedOffset = size;
    this.#blocks.clear();
  }

  /** The lines after a cursor. Several that ask at once read once. */
  async read(cursor: LineCursor, isFinal: boolean): Promise<EventBlock> {
    // A line that nobody will end is read by itself, and so is the rest of a long one.
    if (isFinal || cursor.isWithin) return this.#readNow(cursor, isFinal);
    const known = this.#blocks.get(cursor.offset);
    if (known !== undefined) return known;
    const reading = this.#readNow(cursor, false);
    this.#blocks.set(cursor.offset, reading);
    const forget = () => void this.#blocks.delete(cursor.offset);
    const block = await reading.catch((error) => {
      forget();
      throw error;
    });
    // The end of the file is read again when there may be more.
    if (block.next.offset === cursor.offset) forget();
    for (const offset of this.#blocks.keys()) {
      if (this.#blocks.size <= BLOCKS_KEPT) break;
      this.#blocks.delete(offset);
    }
    return block;
  }

  async #readNow(cursor: LineCursor, isFinal: boolean): Promise<EventBlock> {
    const block = await readLines(this.handle, cursor, { isFinal });
    this.#reachedOffset = Math.max(this.#reachedOffset, block.next.offset);
    return new EventBlock(block, this.inode);
  }
}

/** A place in a log that survives the rename of its file. */
export function toEventId(inode: number, offset: number): string {
  return `${inode}-${offset}`;
}

/** @returns null for what is no id of ours. */
export function parseEventId(id: string): { readonly inode: number; readonly offset: number } | null {
  const [, inode, offset] = /^(\d{1,15})-(\d{1,15})$/.exec(id) ?? [];
  return inode === undefined ? null : { inode: Number(inode), offset: Number(offset) };
}

function toData(line: string): string {
  return JSON.stringify({ line });
}

import { SSE_HEARTBEAT, toSseText } from "../base/sse.ts";
import type { FollowedFile } from "./followed-file.ts";
import { FILE_START, type LineCursor } from "./lines.ts";
import { tailStart } from "./reader.ts";
import { parseEventId, type Segment } from "./segment.ts";

/** How a log is to be sent. */
export interface FollowOptions {
  /** Whether the stream goes on at the end of the file. */
  readonly follow: boolean;
  /** Lines that are sent of those that are there; null for all. */
  readonly lines: number | null;
  /** Whether each event tells its place. */
  readonly withIds: boolean;
  /** The place after which a client goes on that comes back; null for a new one. */
  readonly lastEventId: string | null;
}

/** A stream that has been quiet for so long, in milliseconds, says that it is alive. */
const HEARTBEAT_MS = 5_000;

/** Tells that lines may be missing at this place. */
const GAP = Buffer.from(toSseText({ event: "gap", data: '{"reason":"lines may have been removed"}' }));

/**
 * One reader of a log, at its own place in it.
 *
 * Nothing is queued for it: it reads from the disk what comes next when there is room for it. So a slow one loses
 * nothing and holds up nobody, as long as the files are kept.
 */
export class LogFollower {
  readonly #file: FollowedFile;
  readonly #options: FollowOptions;
  #segment: Segment | null = null;
  #cursor: LineCursor = FILE_START;
  /** Of the segment, when the cursor was set. */
  #cuts = 0;
  #isClosed = false;
  #sent = false;

  constructor(file: FollowedFile, options: FollowOptions) {
    this.#file = file;
    this.#options = options;
  }

  /**
   * What is to be sent next; waits for it.
   *
   * @returns null at the end.
   */
  async next(): Promise<Uint8Array | null> {
    if (this.#segment === null) {
      const gap = await this.#begin();
      if (gap !== null) return gap;
    }
    const startedMs = performance.now();
    while (!this.#isClosed && this.#segment !== null) {
      const segment = this.#segment;
      if (segment.cuts !== this.#cuts) return this.#beginAgain(segment);
      const bytes = (await this.#read(segment, !this.#options.follow)) ?? (await this.#pass(segment));
      if (bytes !== null) return bytes;
      if (!this.#options.follow) break;
      if (this.#segment !== segment) continue;
      // A client that has nothing to read learns at once that it is connected.
      if (!this.#sent || performance.now() - startedMs >= HEARTBEAT_MS) {
        this.#sent = true;
        return SSE_HEARTBEAT;
      }
      await this.#file.woken();
    }
    return null;
  }

  /** Ends the reading; what waits for {@link next} ends soon. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const segment = this.#segment;
    this.#segment = null;
    if (segment !== null) await this.#file.leave(segment);
  }

  /** Finds the place of the first line. @returns What is to be said before it. */
  async #begin(): Promise<Uint8Array | null> {
    const { lastEventId, lines } = this.#options;
    const place = lastEventId === null ? null : parseEventId(lastEventId);
    const resumed = place === null ? null : await this.#file.enterInode(place.inode);
    if (resumed !== null && place !== null) {
      await this.#take(resumed);
      const { size } = await resumed.handle.stat();
      if (place.offset <= size) {
        this.#cursor = { offset: place.offset, isWithin: false };
        return null;
      }
      return GAP;
    }
    const current = await this.#file.enterCurrent();
    await this.#take(current);
    const { size } = await current.handle.stat();
    this.#cursor = lines === null ? FILE_START : await tailStart(current.handle, size, lines);
    return place === null ? null : GAP;
  }

  /** Lines from where it stands; null when there is none. */
  async #read(segment: Segment, isFinal: boolean): Promise<Uint8Array | null> {
    for (;;) {
      const block = await segment.read(this.#cursor, isFinal);
      const hasMoved = block.next.offset !== this.#cursor.offset;
      this.#cursor = block.next;
      if (block.bytes.length > 0) {
        this.#sent = true;
        return this.#options.withIds ? block.bytesWithIds : block.bytes;
      }
      if (!hasMoved) return null;
    }
  }

  /** Somebody has emptied the file. */
  #beginAgain({ cuts }: Segment): Uint8Array {
    this.#cuts = cuts;
    this.#cursor = FILE_START;
    return GAP;
  }

  /** Goes on to the next file when this one is complete. @returns What is left of it, or null. */
  async #pass(segment: Segment): Promise<Uint8Array | null> {
    if (!this.#options.follow || !this.#file.isComplete(segment)) return null;
    const rest = await this.#read(segment, true);
    if (rest !== null) return rest;
    const succession = await this.#file.enterNext(segment);
    if (succession === null) return null;
    this.#cursor = FILE_START;
    await this.#take(succession.segment);
    return succession.isGap ? GAP : null;
  }

  async #take(segment: Segment): Promise<void> {
    const before = this.#segment;
    this.#segment = segment;
    this.#cuts = segment.cuts;
    if (before !== null) await this.#file.leave(before);
    // Closed while it was opened.
    if (this.#isClosed) {
      this.#segment = null;
      await this.#file.leave(segment);
    }
  }
}

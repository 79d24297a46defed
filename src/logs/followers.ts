import type { Clock } from "../base/clock.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { LogFiles } from "./files.ts";
import { type FollowOptions, LogFollower } from "./follow.ts";
import { FollowedFile } from "./followed-file.ts";

/** How often followed files are looked at in milliseconds: other processes add lines too, and rename files. */
const REFRESH_MS = 200;

/** Everybody who follows a log. */
export class LogFollowers implements Disposable {
  readonly #files: LogFiles;
  readonly #clock: Clock;
  readonly #countMax: number;
  readonly #followed = new Map<string, FollowedFile>();
  readonly #open = new Map<LogFollower, { readonly file: FollowedFile; end(): void }>();
  readonly #stopListening: () => void;
  #timer: Timer | null = null;
  #refused = 0;
  #isClosing = false;

  /** @param countMax Followers at once. */
  constructor(files: LogFiles, clock: Clock, { countMax }: { readonly countMax: number }) {
    this.#files = files;
    this.#clock = clock;
    this.#countMax = countMax;
    this.#stopListening = files.onWritten((file) => this.#followed.get(file)?.wake());
  }

  /** Followers now. */
  get size(): number {
    return this.#open.size;
  }

  /** Followers refused because there were too many. */
  get refused(): number {
    return this.#refused;
  }

  /** Files that are open for them. */
  get openFiles(): number {
    let count = 0;
    for (const file of this.#followed.values()) count += file.openCount;
    return count;
  }

  /**
   * The lines of a log as server-sent events, read as fast as they are taken. Nothing is opened before the first read.
   *
   * @param signal Aborted when the client is gone.
   * @throws {ExecError} `logFollowersFull`, `shuttingDown`; `logNameInvalid`, `logMissing`.
   */
  async stream(
    file: string,
    options: FollowOptions,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    await this.#files.directory.locate(file);
    if (this.#isClosing) throw new ExecError("shuttingDown");
    if (this.#open.size >= this.#countMax) {
      this.#refused++;
      throw new ExecError("logFollowersFull", undefined, { headers: { "retry-after": "5" } });
    }
    let follower: LogFollower | null = null;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          // Gone already: no event will tell it again.
          if (signal.aborted) return controller.close();
          // Others may have entered since this one was let in, or the server may be stopping.
          if (follower === null && (this.#isClosing || this.#open.size >= this.#countMax)) {
            this.#refused++;
            return controller.close();
          }
          follower ??= this.#enter(file, options, controller, signal);
          const bytes = await follower.next().catch((error) => {
            if (follower !== null) this.#leave(follower);
            throw error;
          });
          if (bytes !== null) return controller.enqueue(bytes);
          const isOurs = this.#leave(follower);
          if (isOurs) controller.close();
        },
        cancel: () => {
          if (follower !== null) this.#leave(follower);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Ends every stream and lets no other begin: clients come back to the next server. */
  closeAll(): void {
    this.#isClosing = true;
    for (const { end } of [...this.#open.values()]) end();
  }

  [Symbol.dispose](): void {
    this.closeAll();
    this.#stopListening();
  }

  #enter(
    file: string,
    options: FollowOptions,
    controller: ReadableStreamDefaultController,
    signal: AbortSignal,
  ): LogFollower {
    let followed = this.#followed.get(file);
    if (followed === undefined) {
      followed = new FollowedFile(file, this.#files.directory, this.#clock);
      this.#followed.set(file, followed);
    }
    const follower = new LogFollower(followed, options);
    const end = () => {
      if (this.#leave(follower) && !signal.aborted) controller.close();
    };
    this.#open.set(follower, { file: followed, end });
    signal.addEventListener("abort", () => this.#leave(follower), { once: true });
    this.#timer ??= setInterval(() => this.#refresh(), REFRESH_MS);
    return follower;
  }

  /** @returns Whether it had not left before. */
  #leave(follower: LogFollower): boolean {
    const entry = this.#open.get(follower);
    if (entry === undefined) return false;
    this.#open.delete(follower);
    const { file } = entry;
    void follower.close().catch(() => "The descriptor is gone either way");
    file.wake();
    const isFollowed = [...this.#open.values()].some((each) => each.file === file);
    if (!isFollowed && this.#followed.get(file.file) === file) this.#followed.delete(file.file);
    if (this.#open.size === 0 && this.#timer !== null) {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    return true;
  }

  #refresh(): void {
    for (const file of this.#followed.values()) void file.refresh();
  }
}

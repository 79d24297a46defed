import type { Clock } from "../base/clock.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { LogDirectory } from "./directory.ts";
import { momentOf, stampOf } from "./names.ts";
import { Segment } from "./segment.ts";

/**
 * A file that lost its name is read for so long, in milliseconds, before its followers go on to the next: another
 * process may have opened it to add lines just before.
 */
const LATE_MS = 250;

/** How often a look at the directory is repeated when the file was set aside meanwhile. */
const LOOKS_MAX = 10;

/** What comes after a segment. */
export interface Succession {
  readonly segment: Segment;
  /** Whether files between the two are gone, so that lines may be lost. */
  readonly isGap: boolean;
}

/** A log that somebody follows: the files behind its name, in their order. */
export class FollowedFile {
  readonly file: string;
  readonly #directory: LogDirectory;
  readonly #clock: Clock;
  readonly #segments = new Map<number, Segment>();
  readonly #waiting = new Set<() => void>();
  #looking: Promise<void> = Promise.resolve();
  #isRefreshing = false;

  constructor(file: string, directory: LogDirectory, clock: Clock) {
    this.file = file;
    this.#directory = directory;
    this.#clock = clock;
  }

  /** Files of this log that are open. */
  get openCount(): number {
    return this.#segments.size;
  }

  /** Lets everybody who waits look again. */
  wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Resolves at the next {@link wake}. */
  woken(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** The file that has the name now. @throws {ExecError} As {@link LogDirectory.open}. */
  enterCurrent(): Promise<Segment> {
    return this.#inTurn(async () => {
      for (let look = 1; ; look++) {
        const before = await this.#lastStamp();
        const segment = await this.#open(this.file, before);
        if (look === LOOKS_MAX || before === (await this.#lastStamp())) return this.#entered(segment);
        await this.#closeUnused(segment);
      }
    });
  }

  /** The file with an inode, set aside or not; null when it is gone. */
  enterInode(inode: number): Promise<Segment | null> {
    return this.#inTurn(async () => {
      const aside = await this.#directory.setAside(this.file);
      for (const [at, file] of [...aside, this.file].entries()) {
        const stats = await this.#directory.stat(file);
        if (stats?.ino !== inode) continue;
        return this.#entered(await this.#open(file, stampOf(aside[at - 1] ?? "")));
      }
      return null;
    });
  }

  /** What follows a segment that has lost its name, and enters it; null as long as it is the last one. */
  enterNext(segment: Segment): Promise<Succession | null> {
    return this.#inTurn(async () => {
      // A file that was named by its stamp has none after it.
      if (stampOf(this.file) !== null) return null;
      const current = await this.#directory.stat(this.file);
      if (current?.ino === segment.inode) return null;
      const aside = await this.#directory.setAside(this.file);
      const inodes = await Promise.all(
        aside.map(async (file) => (await this.#directory.stat(file))?.ino ?? null),
      );
      const at = inodes.indexOf(segment.inode);
      // Where it is gone, what comes next is the first that was set aside after those it was younger than.
      const next =
        at >= 0 ? aside[at + 1] : aside.find((file) => (stampOf(file) ?? "") > (segment.stampBefore ?? ""));
      if (next === undefined && current === null) return null; // Nobody has written since.
      const before = next === undefined ? aside.at(-1) : aside[aside.indexOf(next) - 1];
      try {
        const following = await this.#open(next ?? this.file, stampOf(before ?? ""));
        return { segment: this.#entered(following), isGap: at < 0 };
      } catch (error) {
        if (error instanceof ExecError && error.kind === "logMissing") return null; // Renamed or removed meanwhile.
        throw error;
      }
    });
  }

  /** Whether nobody adds to a segment any more, as far as {@link refresh} has seen. */
  isComplete({ leftMs }: Segment): boolean {
    return leftMs !== null && this.#clock.monotonicMs() - leftMs >= LATE_MS;
  }

  /** Looks who has the name now, and lets everybody who waits look again. */
  async refresh(): Promise<void> {
    // A disk that does not answer must not gather questions.
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      await this.#look();
    } finally {
      this.#isRefreshing = false;
    }
    this.wake();
  }

  async #look(): Promise<void> {
    const current = await this.#directory.stat(this.file).catch(() => null);
    for (const segment of this.#segments.values()) {
      // A name that nobody has may be given to this file's successor only later.
      if (current !== null && current.ino !== segment.inode) segment.leftMs ??= this.#clock.monotonicMs();
      await segment.refresh().catch(() => "closed meanwhile");
    }
  }

  /** To be called once for each segment that was entered. */
  async leave(segment: Segment): Promise<void> {
    segment.leave();
    await this.#inTurn(() => this.#closeUnused(segment));
  }

  #entered(segment: Segment): Segment {
    segment.enter();
    return segment;
  }

  async #open(file: string, stampBefore: string | null): Promise<Segment> {
    const { handle, stats } = await this.#directory.open(file);
    const known = this.#segments.get(stats.ino);
    if (known !== undefined) {
      await handle.close();
      return known;
    }
    const segment = new Segment(handle, { inode: stats.ino, stampBefore });
    const stamp = file === this.file ? null : stampOf(file);
    if (stamp !== null) {
      const ageMs = Math.max(0, this.#clock.now().getTime() - momentOf(stamp));
      segment.leftMs = this.#clock.monotonicMs() - ageMs;
    }
    this.#segments.set(stats.ino, segment);
    return segment;
  }

  async #closeUnused(segment: Segment): Promise<void> {
    if (segment.isUsed || !this.#segments.delete(segment.inode)) return;
    await segment.handle.close();
  }

  async #lastStamp(): Promise<string | null> {
    return stampOf((await this.#directory.setAside(this.file)).at(-1) ?? "");
  }

  /** One look after another, so that no file is opened twice, or closed for one who is about to enter it. */
  #inTurn<T>(look: () => Promise<T>): Promise<T> {
    const result = this.#looking.then(look);
    this.#looking = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}

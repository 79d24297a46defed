import { read } from "bun:ffi";
import { closeSync, constants, openSync } from "node:fs";
import { waitUnlessAborted } from "../base/wait.ts";
import { openLibc } from "../process/libc.ts";

/** Operations of flock(2): exclusive, without waiting. */
const EXCLUSIVE_AT_ONCE = 2 | 4;

/** Error number of a lock that somebody else holds (EWOULDBLOCK). */
const HELD_BY_ANOTHER = 11;

/** How often a lock is asked for that somebody else holds, in ms. */
const POLL_MS = 25;

/** For those who wait as long as they said. */
const NEVER = new AbortController().signal;

/**
 * A directory that only one process at a time works in (flock(2)), such as two servers during a restart.
 *
 * The kernel frees it with its last descriptor, so whoever dies leaves no lock behind; a command that was given the
 * descriptor keeps it until it has ended, too. Nothing is written for it.
 */
export class DirectoryLock implements Disposable {
  /** Descriptor that holds the lock. */
  readonly fd: number;
  /** Whether nobody else can have it; not where the system or its file system has no such locks. */
  readonly isCertain: boolean;

  private constructor(fd: number, isCertain: boolean) {
    this.fd = fd;
    this.isCertain = isCertain;
  }

  /**
   * Takes the lock when nobody has it.
   *
   * @param directory Absolute path of one that exists.
   * @returns Null when somebody else has it.
   * @throws The error of the file system.
   */
  static tryTake(directory: string): DirectoryLock | null {
    const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    const outcome = lock(fd);
    if (outcome !== "held") return new DirectoryLock(fd, outcome === "taken");
    closeSync(fd);
    return null;
  }

  /**
   * Waits for the lock.
   *
   * @param options.timeoutMs Longest wait.
   * @returns Null when somebody else had it all the time, or the signal was aborted.
   */
  static async take(
    directory: string,
    { timeoutMs, signal = NEVER }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<DirectoryLock | null> {
    const untilMs = performance.now() + timeoutMs;
    while (!signal.aborted) {
      const taken = DirectoryLock.tryTake(directory);
      if (taken !== null || performance.now() >= untilMs) return taken;
      await waitUnlessAborted(POLL_MS, signal);
    }
    return null;
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

function lock(fd: number): "taken" | "held" | "unknown" {
  const libc = openLibc();
  if (libc === null) return "unknown";
  if (libc.flock(fd, EXCLUSIVE_AT_ONCE) === 0) return "taken";
  const errno = libc.__errno_location();
  return errno !== null && read.i32(errno, 0) === HELD_BY_ANOTHER ? "held" : "unknown";
}

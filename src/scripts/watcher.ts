import { type FSWatcher, statSync, watch } from "node:fs";
import { resolve as toAbsolute } from "node:path";
import type { Logger } from "pino";
import { codeOf } from "../base/system-error.ts";
import { untilAborted } from "../base/wait.ts";
import { ChangeSettler } from "./change-settler.ts";
import type { ScriptChanges } from "./changes.ts";
import { DiskPoll } from "./disk-poll.ts";
import { isWatched } from "./exclude.ts";

/** How often it is checked, in ms, that the root is still the directory under watch. */
const ROOT_CHECK_MS = 500;

/** How often the disk is read, in ms, where the system grants too few watches. */
const POLL_MS = 1000;

/** Collaborators of the watcher. */
export interface ScriptWatcherOptions {
  /** Absolute scripts root. */
  readonly root: string;
  /** Receives what has changed. */
  readonly changes: ScriptChanges;
  readonly log: Pick<Logger, "warn" | "info" | "error">;
}

/**
 * Tells `changes` what happens to the scripts root from outside: editors, `mv`, `git checkout`, `rsync`, `cp -r`.
 *
 * A change is told once the file has settled, usually within 20 ms (see {@link ChangeSettler}). When changes may have
 * been missed (the watch failed, the root itself was replaced, too many changes at once) it tells a reset. Directories
 * behind symbolic links are not watched, and not served.
 *
 * @see performance.md §6 for what was measured about `fs.watch`
 */
export class ScriptWatcher implements AsyncDisposable {
  readonly name = "script-watcher";
  readonly critical = true;
  readonly #root: string;
  readonly #log: ScriptWatcherOptions["log"];
  readonly #settler: ChangeSettler;
  readonly #poll: DiskPoll;
  #watch: { readonly handle: FSWatcher; readonly identity: string } | null = null;
  #rootCheck: ReturnType<typeof setInterval> | null = null;
  #polling: ReturnType<typeof setInterval> | null = null;

  constructor({ root, changes, log }: ScriptWatcherOptions) {
    this.#root = toAbsolute(root);
    this.#log = log;
    this.#settler = new ChangeSettler({
      root: this.#root,
      changes,
      onFailure: (error) => log.error({ err: error }, "Cannot apply a change of the scripts directory"),
    });
    this.#poll = new DiskPoll(this.#root);
  }

  /** Begins to watch. Call it before the scripts are first read, so that nothing falls in between. */
  start(): void {
    if (this.#rootCheck !== null) return;
    this.#arm();
    this.#rootCheck = setInterval(() => this.#checkRoot(), ROOT_CHECK_MS);
    this.#rootCheck.unref();
  }

  /** Watches until the signal is aborted; the watch is armed when this returns its promise. */
  async run(signal: AbortSignal): Promise<void> {
    this.start();
    await untilAborted(signal);
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#rootCheck !== null) clearInterval(this.#rootCheck);
    if (this.#polling !== null) clearInterval(this.#polling);
    this.#rootCheck = null;
    this.#polling = null;
    this.#disarm();
    this.#settler[Symbol.dispose]();
  }

  /** @returns Whether the root is under watch now. */
  #arm(): boolean {
    try {
      const identity = identityOf(this.#root);
      const handle = watch(this.#root, { recursive: true });
      this.#watch = { handle, identity };
      handle.on("change", (_event, name) => this.#onEvent(name));
      handle.on("error", (error) => this.#onError(error));
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  #disarm(): void {
    this.#watch?.handle.close();
    this.#watch = null;
  }

  #onEvent(name: string | Buffer | null | undefined): void {
    // An event without a name is about the root itself.
    if (name === null || name === undefined) return this.#checkRoot();
    const path = String(name);
    if (isWatched(path)) this.#settler.note(path);
  }

  #onError(error: unknown): void {
    const code = codeOf(error);
    if (code === "ENOSPC" || code === "EMFILE") return this.#startPolling(code);
    this.#settler.noteReset();
    // A directory that went away, or is closed to us, says nothing about the watch on the others.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return;
    this.#log.warn({ err: error }, "The watch on the scripts directory failed, it is set up anew");
    this.#disarm();
  }

  /** Some directories have no watch: they are read now and then, the others keep their quick one. */
  #startPolling(code: string): void {
    if (this.#polling !== null) return;
    this.#log.warn(
      { code, pollMs: POLL_MS },
      "The system grants too few file watches, changes on disk are found by reading the scripts directory: raise fs.inotify.max_user_watches",
    );
    this.#poll.changedPaths();
    this.#settler.noteReset();
    this.#polling = setInterval(() => {
      for (const path of this.#poll.changedPaths()) this.#settler.note(path);
    }, POLL_MS);
    this.#polling.unref();
  }

  /** Follows the *path* of the root: a watch stays with a directory that was renamed or removed. */
  #checkRoot(): void {
    const identity = identityOf(this.#root);
    if (identity === (this.#watch?.identity ?? NO_DIRECTORY)) return;
    this.#disarm();
    if (identity !== NO_DIRECTORY && !this.#arm()) return;
    this.#settler.noteReset();
    this.#log.info({}, "The scripts directory is another one now, it is read again");
  }
}

/** Identity of a root that is not there. */
const NO_DIRECTORY = "";

/** Device and inode of a directory. */
function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? NO_DIRECTORY : `${found.dev}:${found.ino}`;
}

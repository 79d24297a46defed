import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { ScriptChange, ScriptChanges } from "./changes.ts";
import { OwnWrites } from "./own-writes.ts";

/** A file that was written within this many ms may still be growing: an overwrite is first seen truncated. */
const SETTLE_MS = 12;

/** An empty file is waited for longer: it is nearly always the first half of an overwrite. */
const EMPTY_SETTLE_MS = 20;

/** A file that is gone for less is being replaced: editors rename the old one away before they write the new one. */
const REPLACE_MS = 15;

/** Longest time in ms that a file which keeps changing is held back, while there is something in it. */
const HOLD_MS_MAX = 35;

/** How often waiting paths are looked at, in ms. */
const LOOK_MS = 4;

/** Paths that wait; with more, a reset is cheaper and the kernel's own queue may have lost some. */
const WAITING_MAX = 4000;

/** Longest time in ms that a reset waits for a flood of changes to end. */
const RESET_HOLD_MS_MAX = 250;

/** A path that cannot be told yet; times are monotonic, in ms. */
interface Waiting {
  readonly sinceMs: number;
  /** When it was first found missing, with no sign of it since. */
  goneSinceMs: number | null;
}

/** Collaborators of a {@link ChangeSettler}. */
export interface ChangeSettlerOptions {
  /** Absolute scripts root. */
  readonly root: string;
  readonly changes: ScriptChanges;
  /** Receives what listeners of `changes` throw. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Turns raw events of the file system into changes that are safe to act on.
 *
 * An event only says "look here": what is told comes from the disk at the moment of telling, so that events which
 * arrive late, twice or out of order cannot bring back an old state. A file is told when it has not been written to
 * for a moment, a missing one when it stays away, and one that is as the API left it not once more. A directory itself is never told: what it brings along has events of
 * its own, whether it was made, copied or moved here.
 */
export class ChangeSettler implements Disposable {
  readonly #options: ChangeSettlerOptions;
  readonly #own: OwnWrites;
  readonly #unsubscribe: () => void;
  readonly #waiting = new Map<string, Waiting>();
  /** When a reset was first wanted and when it was last confirmed. */
  #reset: { readonly sinceMs: number; readonly lastMs: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isDisposed = false;

  constructor(options: ChangeSettlerOptions) {
    this.#options = options;
    this.#own = new OwnWrites(options.root);
    this.#unsubscribe = options.changes.subscribe((change) => this.#own.note(change));
  }

  /** Wants a path to be looked at. */
  note(path: string): void {
    if (this.#isDisposed) return;
    if (this.#reset !== null || this.#waiting.size >= WAITING_MAX) return this.noteReset();
    const sinceMs = this.#waiting.get(path)?.sinceMs ?? performance.now();
    this.#waiting.set(path, { sinceMs, goneSinceMs: null });
    this.#wake(0);
  }

  /** Wants everything to be read again, once the changes that go on have ended. */
  noteReset(): void {
    if (this.#isDisposed) return;
    const now = performance.now();
    this.#reset = { sinceMs: this.#reset?.sinceMs ?? now, lastMs: now };
    // The reset covers them all.
    this.#waiting.clear();
    this.#wake(LOOK_MS);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#unsubscribe();
    this.#waiting.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wake(delayMs: number): void {
    if (this.#timer !== null || this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look();
      if (this.#waiting.size > 0 || this.#reset !== null) this.#wake(LOOK_MS);
    }, delayMs);
  }

  #look(): void {
    const now = performance.now();
    if (this.#reset !== null) {
      const { sinceMs, lastMs } = this.#reset;
      if (now - lastMs < SETTLE_MS && now - sinceMs < RESET_HOLD_MS_MAX) return;
      this.#reset = null;
      return this.#tell({ kind: "reset" });
    }
    for (const [path, waiting] of this.#waiting) {
      if (this.#tellSettled(path, waiting, now)) this.#waiting.delete(path);
    }
  }

  /** @returns Whether the path need not wait any longer. */
  #tellSettled(path: string, waiting: Waiting, nowMs: number): boolean {
    const found = statusOf(join(this.#options.root, path));
    if (found === null) {
      waiting.goneSinceMs ??= nowMs;
      if (nowMs - waiting.goneSinceMs < REPLACE_MS) return false;
      this.#tell({ kind: "removed", file: path, origin: "disk" });
      return true;
    }
    waiting.goneSinceMs = null;
    if (found.isSymbolicLink()) {
      // A link may stand for anything, also for what others lead through.
      this.noteReset();
    } else if (found.isFile() && !this.#own.isLast(path, found)) {
      const isHeld = found.size === 0 || nowMs - waiting.sinceMs < HOLD_MS_MAX;
      if (isHeld && isGrowing(found)) return false;
      this.#tell({ kind: "written", file: path, origin: "disk" });
    }
    return true;
  }

  #tell(change: ScriptChange): void {
    try {
      this.#options.changes.emit(change);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}

function isGrowing({ size, mtimeMs }: Stats): boolean {
  const ageMs = Date.now() - mtimeMs;
  // A time in the future was set by hand (cp -p, touch): the file is complete.
  return ageMs > -SETTLE_MS && ageMs < (size === 0 ? EMPTY_SETTLE_MS : SETTLE_MS);
}

/** The entry itself, links not followed; null when it is not there. */
function statusOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // A file now stands where one of its directories stood (ENOTDIR), or it is closed to us: no script to serve.
    return null;
  }
}

import { lstatSync, readFileSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { ScriptChange } from "./changes.ts";

/** Files that are remembered; of a forgotten one the watch tells once more. */
const OWN_MAX = 1000;

/** A file as we left it. */
interface Left {
  readonly identity: string;
  readonly hash: number | bigint;
}

/**
 * The files that this process wrote last, so that the watch does not tell of them again: what is told is forgotten by
 * everybody, also the state of helper modules and what a socket script has set up.
 */
export class OwnWrites {
  readonly #root: string;
  readonly #left = new Map<string, Left>();

  /** @param root Absolute scripts root. */
  constructor(root: string) {
    this.#root = root;
  }

  /** To be called before anybody else hears of a change, so that what is read later is not older than what we saw. */
  note(change: ScriptChange): void {
    if (change.kind === "reset") return this.#left.clear();
    const { kind, file, origin } = change;
    this.#left.delete(file);
    if (kind === "removed") this.#forgetBelow(file);
    if (kind !== "written" || origin !== "api") return;
    const left = this.#look(file, lstatSync(join(this.#root, file), { throwIfNoEntry: false }));
    if (left === null) return;
    this.#left.set(file, left);
    const oldest = this.#left.size > OWN_MAX ? this.#left.keys().next().value : undefined;
    if (oldest !== undefined) this.#left.delete(oldest);
  }

  /**
   * Whether a file is still as we left it.
   *
   * Its times are those of the kernel's clock, which stands still for some milliseconds, so its text is compared as well.
   */
  isLast(file: string, stats: Stats): boolean {
    const left = this.#left.get(file);
    if (left === undefined || left.identity !== identityOf(stats)) return false;
    return left.hash === this.#look(file, stats)?.hash;
  }

  /** What was in a directory that is gone is gone for everybody, also when it comes back as it was. */
  #forgetBelow(directory: string): void {
    for (const file of this.#left.keys()) if (file.startsWith(`${directory}/`)) this.#left.delete(file);
  }

  #look(file: string, stats: Stats | undefined): Left | null {
    if (stats === undefined || !stats.isFile()) return null;
    try {
      return { identity: identityOf(stats), hash: Bun.hash(readFileSync(join(this.#root, file))) };
    } catch {
      return null; // Gone, or closed to us: then it is not as we left it.
    }
  }
}

function identityOf({ dev, ino, size, ctimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${ctimeMs}`;
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.ts";
import { isRecord } from "../base/realm.ts";
import { codeOf } from "../base/system-error.ts";
import { linkTree } from "./link-tree.ts";

/** Says that an install has begun, what was there before, and who does it. */
const JOURNAL = ".hoody-install.json";

/** Everything that was there before, as hard links. */
const BEFORE = ".hoody-before";

/** What an install did to `node_modules`. */
interface Change<T> {
  readonly outcome: T;
  readonly done: boolean;
  /** Names at the top level that were not there before. */
  readonly added: readonly string[];
}

/**
 * `node_modules` of the scripts root, as a place in which an install happens as a whole or not at all.
 *
 * The package manager puts packages there one by one, in any order, and replaces others. One that is cut off, or that
 * finds a package missing half-way, leaves packages without what they depend on; nobody would notice before such a
 * package is loaded. So what is there is linked aside first (5,000 files in 0.1 s) and put back when it does not go
 * well, if need be by the next server. Whoever calls has the lock of the directory.
 */
export class ModulesDirectory {
  /** Absolute. */
  readonly path: string;

  /** @param root Absolute path of the scripts root. */
  constructor(root: string) {
    this.path = join(root, "node_modules");
  }

  /** Whether an install is going on, or was cut off. */
  get hasBegun(): boolean {
    return existsSync(join(this.path, JOURNAL));
  }

  /**
   * Undoes an install that a server did not live to see the end of.
   *
   * @param isAlone Whether it is certain that no other server installs; else the one that began it must be gone.
   */
  async recover(isAlone: boolean): Promise<void> {
    const journal = this.#readJournal();
    if (journal !== null && (isAlone || !isOtherServer(journal.pid))) await this.#undo(journal.before);
    else if (journal === null && isAlone) await this.#end();
  }

  /**
   * Runs an install.
   *
   * @param wentWell Judges its outcome; when it did not go well, or throws, all is as it was before.
   * @returns What it answered, whether that went well, and the packages that it added at the top level.
   */
  async change<T>(install: () => Promise<T>, wentWell: (outcome: T) => boolean): Promise<Change<T>> {
    const before = this.#packages();
    let done = false;
    try {
      await this.#begin();
      const outcome = await install();
      done = wentWell(outcome);
      return { outcome, done, added: [...this.#packages()].filter((name) => !before.has(name)) };
    } finally {
      const journal = this.#readJournal();
      // Without a journal it had not begun: the disk was full, say.
      if (done || journal === null) await this.#end();
      else await this.#undo(journal.before);
    }
  }

  /** Directories in which a package manager has added something, from the outside in. */
  directoriesOf(names: readonly string[]): readonly string[] {
    const scopes = names.flatMap((name) => (name.startsWith("@") ? [name.split("/", 1)[0] as string] : []));
    const inner = [...new Set(scopes), ...names].map((name) => join(this.path, name));
    return [join(this.path, ".."), this.path, ...inner];
  }

  async #begin(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await rm(join(this.path, BEFORE), { recursive: true, force: true });
    const before = this.#entries();
    await mkdir(join(this.path, BEFORE));
    for (const name of before) await linkTree(join(this.path, name), join(this.path, BEFORE, name));
    await writeAtomically(join(this.path, JOURNAL), JSON.stringify({ pid: process.pid, before }));
  }

  /** Each step can be made again, should this process end in between. */
  async #undo(before: ReadonlySet<string>): Promise<void> {
    for (const name of this.#entries()) {
      if (!before.has(name)) await rm(join(this.path, name), { recursive: true, force: true });
    }
    for (const name of readNames(join(this.path, BEFORE))) {
      await rm(join(this.path, name), { recursive: true, force: true });
      await rename(join(this.path, BEFORE, name), join(this.path, name));
    }
    await this.#end();
  }

  /** The journal goes first: without it, what was linked aside means nothing. */
  async #end(): Promise<void> {
    await rm(join(this.path, JOURNAL), { force: true });
    await rm(join(this.path, BEFORE), { recursive: true, force: true });
  }

  /** What lies at the top level, without what is ours. */
  #entries(): readonly string[] {
    return readNames(this.path).filter((name) => name !== JOURNAL && name !== BEFORE);
  }

  /** The same as names of packages: those of a scope under their full names. */
  #packages(): ReadonlySet<string> {
    const names = this.#entries().flatMap((name) =>
      name.startsWith("@") ? readNames(join(this.path, name)).map((inner) => `${name}/${inner}`) : [name],
    );
    return new Set(names.filter((name) => name !== ".bin"));
  }

  #readJournal(): { readonly pid: number; readonly before: ReadonlySet<string> } | null {
    try {
      const found: unknown = JSON.parse(readFileSync(join(this.path, JOURNAL), "utf8"));
      if (!isRecord(found) || !Array.isArray(found["before"])) return null;
      return { pid: Number(found["pid"]), before: new Set(found["before"].map(String)) };
    } catch {
      return null; // None, or one that was damaged: nothing says what was there.
    }
  }
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return []; // Not there yet, or a file.
  }
}

/** Whether another process of this number runs: during a restart the old server may still be installing. */
function isOtherServer(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

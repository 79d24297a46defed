import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isRecord } from "../base/realm.ts";
import { codeOf } from "../base/system-error.ts";

/** Notes what was there before an install, so that one which was cut off can be undone. */
const JOURNAL = ".hoody-install.json";

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
 * The package manager puts packages there one by one, in any order. One that is cut off, or that finds a package
 * missing half-way, leaves packages without what they depend on; nobody would notice before such a package is loaded.
 */
export class ModulesDirectory {
  readonly #path: string;

  /** @param root Absolute path of the scripts root. */
  constructor(root: string) {
    this.#path = join(root, "node_modules");
  }

  /** Undoes an install that a server did not live to see the end of. */
  recover(): void {
    const journal = this.#readJournal();
    if (journal === null || isOtherServer(journal.pid)) return;
    for (const name of this.#added(journal.before)) {
      rmSync(join(this.#path, name), { recursive: true, force: true });
    }
    this.#endJournal();
  }

  /**
   * Runs an install.
   *
   * @param wentWell Judges its outcome; when it did not go well, or throws, whatever it added is removed.
   * @returns What it answered, whether that went well, and the packages that it added at the top level.
   */
  async change<T>(install: () => Promise<T>, wentWell: (outcome: T) => boolean): Promise<Change<T>> {
    const before = this.#names();
    mkdirSync(this.#path, { recursive: true });
    writeFileSync(join(this.#path, JOURNAL), JSON.stringify({ pid: process.pid, before: [...before] }));
    let done = false;
    try {
      const outcome = await install();
      done = wentWell(outcome);
      return { outcome, done, added: this.#added(before) };
    } finally {
      if (!done) {
        for (const name of this.#added(before)) {
          await rm(join(this.#path, name), { recursive: true, force: true });
        }
      }
      this.#endJournal();
    }
  }

  /** Directories in which a package manager has added something, from the outside in. */
  directoriesOf(names: readonly string[]): readonly string[] {
    const scopes = names.flatMap((name) => (name.startsWith("@") ? [name.split("/", 1)[0] as string] : []));
    const inner = [...new Set(scopes), ...names].map((name) => join(this.#path, name));
    return [join(this.#path, ".."), this.#path, ...inner];
  }

  #added(before: ReadonlySet<string>): readonly string[] {
    return [...this.#names()].filter((name) => !before.has(name));
  }

  /** What lies at the top level, packages of a scope under their full names. */
  #names(): ReadonlySet<string> {
    const names = readNames(this.#path).flatMap((name) =>
      name.startsWith("@") ? readNames(join(this.#path, name)).map((inner) => `${name}/${inner}`) : [name],
    );
    return new Set(names.filter((name) => name !== JOURNAL && name !== ".bin"));
  }

  #endJournal(): void {
    rmSync(join(this.#path, JOURNAL), { force: true });
  }

  #readJournal(): { readonly pid: number; readonly before: ReadonlySet<string> } | null {
    try {
      const found: unknown = JSON.parse(readFileSync(join(this.#path, JOURNAL), "utf8"));
      if (!isRecord(found) || !Array.isArray(found["before"])) return null;
      return { pid: Number(found["pid"]), before: new Set(found["before"].map(String)) };
    } catch {
      return null; // None, or one that was cut off itself: then nothing had been started yet.
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

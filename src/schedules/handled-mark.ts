import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isRecord } from "../base/realm.ts";

/** How far the fires have come. */
export interface Handled {
  /** Every fire due at this moment or before has been begun or given up; milliseconds since the epoch. */
  readonly untilMs: number;
  /** Scripts whose fire was due and has not begun. */
  readonly waiting: readonly string[];
}

/**
 * The note by which a server that takes the place of another learns what that one has fired.
 *
 * It is written before a fire begins, so that none is begun twice: a server that dies in between loses it.
 */
export class HandledMark {
  readonly #path: string;
  /** Writes happen in the order they were asked for. */
  #last: Promise<void> = Promise.resolve();

  /** @param path Absolute; its directory is made. */
  constructor(path: string) {
    this.#path = path;
  }

  /** @throws The error of the file system. */
  write(handled: Handled): Promise<void> {
    const written = this.#last.then(() => this.#replace(handled));
    this.#last = written.catch(() => undefined); // Whoever asked for it was told.
    return written;
  }

  async #replace(handled: Handled): Promise<void> {
    const temporary = `${this.#path}.tmp`;
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(temporary, JSON.stringify(handled));
    await rename(temporary, this.#path);
  }

  /** null when there is none, or it cannot be read. */
  async read(): Promise<Handled | null> {
    const text = await readFile(this.#path, "utf8").catch(() => "null");
    try {
      const found: unknown = JSON.parse(text);
      if (!isRecord(found) || typeof found["untilMs"] !== "number" || !Array.isArray(found["waiting"]))
        return null;
      const waiting = found["waiting"].filter((file) => typeof file === "string");
      return { untilMs: found["untilMs"], waiting };
    } catch {
      return null; // Somebody wrote something else; then nothing is made up.
    }
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerProcess } from "../../support/process.ts";
import { contentOf, versionIn } from "./content.ts";

/** Bytes of the contents, drawn for each write. */
const SIZES = [60, 60, 5_000, 50_000, 400_000];

/** A file of the default deployment and what is known of it. */
export interface KnownFile {
  readonly name: string;
  /** Version of the last write that was sent. */
  attempted: number;
  /** Version of the last write that was answered 200: from then on no older one may be seen. */
  promised: number;
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Writes scripts, calls them and looks at them on the disk, for a server that dies now and then.
 *
 * Everything that should not have been goes into {@link wrong}.
 */
export class Load {
  readonly wrong: string[] = [];
  /** Writes and calls that were answered. */
  writes = 0;
  calls = 0;
  readonly #server: ServerProcess;
  readonly #files: readonly KnownFile[];
  readonly #random: () => number;
  /** Deaths of the server that have begun or ended: odd while it is gone. */
  #epoch = 0;

  /** @param random From 0 to 1, 1 excluded. */
  constructor(server: ServerProcess, names: readonly string[], random: () => number) {
    this.#server = server;
    this.#files = names.map((name) => ({ name, attempted: 0, promised: 0 }));
    this.#random = random;
  }

  /** Writes every file once. */
  async begin(): Promise<void> {
    for (const file of this.#files) await this.#write(file);
  }

  /** Goes on with everything at once until the condition holds. */
  async goOn(isOver: () => boolean): Promise<void> {
    const repeat = async (work: (file: KnownFile) => Promise<void>, file: KnownFile) => {
      while (!isOver()) {
        await work(file);
        await Bun.sleep(1);
      }
    };
    await Promise.all(
      this.#files.flatMap((file) => [
        repeat((each) => this.#write(each), file),
        repeat((each) => this.#call(each), file),
        repeat((each) => this.#look(each), file),
      ]),
    );
  }

  /** Looks at every file once more, on the disk and in what is served. */
  async end(): Promise<void> {
    for (const file of this.#files) {
      await this.#look(file);
      await this.#call(file);
    }
  }

  /** While this work lasts, calls may meet nobody. */
  async excuse<T>(work: () => Promise<T>): Promise<T> {
    this.#epoch++;
    try {
      return await work();
    } finally {
      this.#epoch++;
    }
  }

  /** Null where the connection failed. */
  async ask(path: string, init?: RequestInit): Promise<Answer | null> {
    const begunIn = this.#epoch;
    try {
      const response = await this.#server.fetch(path, init);
      return { status: response.status, text: await response.text() };
    } catch (error) {
      const isExcused = begunIn % 2 === 1 || this.#epoch !== begunIn;
      if (!isExcused) this.wrong.push(`${path}: no answer although nobody was killed: ${error}`);
      return null;
    }
  }

  /** A control call. */
  post(operation: string, body: unknown): Promise<Answer | null> {
    return this.ask(`/api/v1/exec/${operation}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async #write(file: KnownFile): Promise<void> {
    const version = ++file.attempted;
    const bytes = SIZES[Math.floor(this.#random() * SIZES.length)] ?? 0;
    const answer = await this.post("scripts/write", { path: file.name, content: contentOf(version, bytes) });
    if (answer === null) return;
    this.writes++;
    if (answer.status === 200) file.promised = version;
    else this.wrong.push(`${file.name}: a write answered ${answer.status} ${answer.text}`);
  }

  async #call({ name, promised }: KnownFile): Promise<void> {
    const answer = await this.ask(`/${name.replace(/\.[tj]s$/, "")}`);
    if (answer === null) return;
    this.calls++;
    if (answer.status === 200 && Number(answer.text) >= promised) return;
    this.wrong.push(`${name}: ${answer.status} ${answer.text.slice(0, 200)} after ${promised} was promised`);
  }

  async #look({ name, promised }: KnownFile): Promise<void> {
    const text = await readFile(join(this.#server.storage.path, "scripts/default/1", name), "utf8");
    const version = versionIn(text);
    if (version === null) this.wrong.push(`${name}: ${text.length} characters that were never written`);
    else if (version < promised)
      this.wrong.push(`${name}: ${version} on disk after ${promised} was promised`);
  }
}

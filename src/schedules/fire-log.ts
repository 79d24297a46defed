import { mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Logger } from "pino";
import { codeOf } from "../base/system-error.ts";
import type { FireRecord } from "./fire-record.ts";
import { linesFromEnd } from "./lines-from-end.ts";

/** Records that may wait for the disk; a record is below 4 kB. */
const PENDING_MAX = 10_000;

/** Collaborators of a {@link FireLog}. */
export interface FireLogOptions {
  /** Absolute path of the current file; older ones lie beside it as `<name>.1`, `<name>.2`, … */
  readonly path: string;
  /** Size at which a file is put aside, in bytes. */
  readonly fileBytesMax: number;
  /** Files that were put aside and are kept. */
  readonly filesKept: number;
  readonly log: Pick<Logger, "warn">;
}

/** Which records are asked for. */
export interface FireQuery {
  /** Of these scripts only; null for all. */
  readonly scriptPaths: ReadonlySet<string> | null;
  /** That began then or later; ISO 8601 as in the records. Null for all. */
  readonly since: string | null;
  readonly limit: number;
  /** Also those in files that were put aside. */
  readonly includeRotated: boolean;
}

/** The history of fires: lines of JSON in a file that is put aside when it is full. */
export class FireLog {
  readonly #options: FireLogOptions;
  #pending: string[] = [];
  #writing: Promise<void> | null = null;
  #lost = 0;

  constructor(options: FireLogOptions) {
    this.#options = options;
  }

  /** Records that could not be kept: the disk refused them, or was too slow. */
  get lost(): number {
    return this.#lost;
  }

  /** Adds a record; nobody has to wait for the disk. */
  append(record: FireRecord): void {
    if (this.#pending.length >= PENDING_MAX) {
      this.#lost++;
      return;
    }
    this.#pending.push(`${JSON.stringify(record)}\n`);
    this.#writing ??= this.#writeAll();
  }

  /** Settles when what was added is in the file, or lost. Never rejects. */
  flushed(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  /** The newest records first; `total` counts all that fit. What was added before is among them. */
  async query(
    query: FireQuery,
  ): Promise<{ readonly total: number; readonly entries: readonly FireRecord[] }> {
    await this.flushed();
    const entries: FireRecord[] = [];
    let total = 0;
    const wanted =
      query.scriptPaths && [...query.scriptPaths].map((path) => `"scriptPath":${JSON.stringify(path)},`);
    for (const path of await this.#files(query.includeRotated)) {
      for await (const line of linesFromEnd(path)) {
        // Most lines need not be parsed: what decides about them stands at their beginning.
        if (query.since !== null && line.slice(TS_START, TS_END) < query.since) continue;
        if (wanted !== null && !wanted.some((text) => line.includes(text))) continue;
        if (entries.length >= query.limit) {
          if (line.endsWith("}")) total++;
          continue;
        }
        const record = parseRecord(line);
        if (record === null) continue;
        entries.push(record);
        total++;
      }
    }
    return { total, entries };
  }

  async #writeAll(): Promise<void> {
    // What is added in this turn goes along.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const lines = this.#pending;
      this.#pending = [];
      try {
        await this.#write(lines.join(""));
      } catch (error) {
        this.#lost += lines.length;
        this.#options.log.warn({ err: error, lost: this.#lost }, "Cannot write the history of schedules");
      }
    }
    this.#writing = null;
  }

  async #write(text: string): Promise<void> {
    const { path, fileBytesMax } = this.#options;
    // Beginnings of results stand in it, so not everybody reads it.
    await mkdir(dirname(path), { recursive: true, mode: 0o750 });
    const sizeBytes = (await stat(path).catch(() => null))?.size ?? 0;
    if (sizeBytes > 0 && sizeBytes + Buffer.byteLength(text) > fileBytesMax) await this.#rotate();
    const file = await open(path, "a+", 0o640);
    try {
      // A line that a crash has cut off must not swallow the next one.
      const { size } = await file.stat();
      const last = size === 0 ? "\n" : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
      await file.appendFile(last === "\n" ? text : `\n${text}`);
    } finally {
      await file.close();
    }
  }

  async #rotate(): Promise<void> {
    const { path, filesKept } = this.#options;
    for (const { number, name } of (await this.#rotated()).toReversed()) {
      const from = join(dirname(path), name);
      if (number >= filesKept) await unlink(from);
      else await rename(from, `${path}.${number + 1}`);
    }
    if (filesKept > 0) await rename(path, `${path}.1`);
    else await unlink(path);
  }

  /** The newest first. */
  async #files(includeRotated: boolean): Promise<readonly string[]> {
    const { path } = this.#options;
    if (!includeRotated) return [path];
    return [path, ...(await this.#rotated()).map(({ name }) => join(dirname(path), name))];
  }

  /** Files that were put aside, the newest first. */
  async #rotated(): Promise<readonly { readonly name: string; readonly number: number }[]> {
    const { path } = this.#options;
    const names = await readdir(dirname(path)).catch((error) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    });
    const start = `${basename(path)}.`;
    return names
      .filter((name) => name.startsWith(start) && /^[1-9]\d{0,5}$/.test(name.slice(start.length)))
      .map((name) => ({ name, number: Number(name.slice(start.length)) }))
      .sort((one, other) => one.number - other.number);
  }
}

/** Where the time stands in a line: `{"ts":"2026-01-15T10:30:00.000Z",…`. */
const TS_START = '{"ts":"'.length;
const TS_END = TS_START + "2026-01-15T10:30:00.000Z".length;

/** null for a line that a crash has cut off, or that somebody else wrote. */
function parseRecord(line: string): FireRecord | null {
  try {
    const { ts, scriptPath, expression, runId, status, durationMs, returnPreview, error } = JSON.parse(line);
    if (typeof ts !== "string" || typeof scriptPath !== "string" || typeof runId !== "string") return null;
    return {
      ts,
      scriptPath,
      expression,
      runId,
      status,
      durationMs,
      ...(returnPreview === undefined ? {} : { returnPreview }),
      ...(error === undefined ? {} : { error }),
    };
  } catch {
    return null;
  }
}

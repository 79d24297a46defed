import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import { digestOf } from "../base/digest.ts";
import { safePath } from "../base/safe-path.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import { DEFAULT_DEPLOYMENT, type Deployment, isExecId, toDeployment } from "../scripts/deployment.ts";
import { PathLocks } from "../scripts/path-locks.ts";
import type { ScriptStore } from "../scripts/store.ts";
import { type ImportPlan, type ImportSummary, planImport } from "./import-plan.ts";
import { MARKER_FILE, type Marker, parseMarker, printMarker } from "./marker.ts";
import { type ProxyFiles, RUNTIME_FILE, RUNTIME_TEXT } from "./proxy-scripts.ts";

/** Writes that are on their way at once: most of the time of one is the flush of the disk. */
const WRITES_AT_ONCE = 16;

/** An imported SDK. */
export interface StoredSdk {
  /** Exec id of its deployment in `default`. */
  readonly id: string;
  readonly marker: Marker;
}

/** Something that an import or a removal has done to a script. */
export type SdkChange =
  /** `file` is relative to the scripts root, here and below; `size` in bytes. */
  | { readonly kind: "written"; readonly file: string; readonly created: boolean; readonly size: number }
  | { readonly kind: "deleted"; readonly file: string };

/** Is told of each change once it is on the disk. */
export type NoteChange = (change: SdkChange) => void;

/** The imported SDKs on disk: scripts of a deployment, and a marker that says which of its files are theirs. */
export class SdkStore {
  readonly #scripts: ScriptStore;
  readonly #clock: Clock;
  readonly #log: Pick<Logger, "warn">;
  readonly #locks = new PathLocks();

  constructor({ scripts, clock, log }: { scripts: ScriptStore; clock: Clock; log: Pick<Logger, "warn"> }) {
    this.#scripts = scripts;
    this.#clock = clock;
    this.#log = log;
  }

  /** All of them, by id. */
  async list(): Promise<readonly StoredSdk[]> {
    const found: StoredSdk[] = [];
    for (const { name, isDirectory, isLink } of await this.#deployments()) {
      const sdk = isDirectory && !isLink && isExecId(name) ? await this.find(name) : null;
      if (sdk !== null) found.push(sdk);
    }
    return found;
  }

  /** @returns null when there is none of this id, or its marker cannot be read. */
  async find(id: string): Promise<StoredSdk | null> {
    if (!isExecId(id)) return null;
    const text = await this.#textOf(`${deploymentOf(id).key}/${MARKER_FILE}`);
    if (text === null) return null;
    const marker = parseMarker(text);
    if (marker === null) this.#log.warn({ sdk: id }, "Cannot read the marker of an imported SDK");
    return marker === null ? null : { id, marker };
  }

  /** SHA-256 of a file of an SDK as it is now; null when it is not there. */
  async hashOf(id: string, path: string): Promise<string | null> {
    const text = await this.#textOf(this.#scripts.resolve(path, deploymentOf(id)));
    return text === null ? null : hashOf(text);
  }

  /**
   * Puts the files of an import in the place of those of the one before.
   *
   * Before anything is written, each file is held against what the marker knows. The marker then names old and new
   * content until all is done: whatever ends this half-way, another import goes on, and nothing is taken for edited.
   *
   * @param force Whether files that somebody else has written or changed are replaced.
   * @throws {ExecError} `sdkEdited` when there are such files and not `force`, with nothing changed; `storageFailed`.
   */
  replace(
    id: string,
    files: ProxyFiles,
    {
      sourceUrl,
      skipped,
      force,
      note,
    }: {
      readonly sourceUrl: string;
      readonly skipped: readonly string[];
      readonly force: boolean;
      readonly note: NoteChange;
    },
  ): Promise<ImportSummary> {
    return this.#locks.run([id], async () => {
      const deployment = deploymentOf(id);
      const plan = await planImport(files, {
        before: (await this.find(id))?.marker.files ?? new Map(),
        hashOf,
        currentHashOf: (path) => this.hashOf(id, path),
      });
      if (plan.edited.length > 0 && !force) throw conflict(plan);

      const marked = { sourceUrl, skipped, importedAt: this.#clock.now().toISOString() };
      await this.#writeMarker(id, { ...marked, files: plan.during });
      await this.#write(this.#runtimeOf(deployment), RUNTIME_TEXT);
      await inBatches([...files.endpoints, ...files.middleware], ([path, text]) =>
        this.#write(this.#scripts.resolve(path, deployment), text, note),
      );
      await inBatches(plan.stale, (path) =>
        this.#deleteIfThere(this.#scripts.resolve(path, deployment), note),
      );
      await this.#writeMarker(id, { ...marked, files: plan.after });
      await this.#removeEmptyDirectories(deployment, plan.stale);
      return plan.summary;
    });
  }

  /**
   * Removes what was imported, and nothing else: files that others have put beside it stay.
   *
   * @returns How many files it were, and whether its directory is gone, too; null when there is no such SDK.
   */
  remove(
    id: string,
    note: NoteChange,
  ): Promise<{ readonly files: number; readonly directory: boolean } | null> {
    return this.#locks.run([id], async () => {
      const sdk = await this.find(id);
      if (sdk === null) return null;
      const deployment = deploymentOf(id);
      const paths = [...sdk.marker.files.keys()];
      let files = 0;
      await inBatches(paths, async (path) => {
        if (await this.#deleteIfThere(this.#scripts.resolve(path, deployment), note)) files++;
      });
      await this.#deleteIfThere(this.#runtimeOf(deployment));
      // Last, so that an interrupted removal can be asked for again.
      await this.#deleteIfThere(`${deployment.key}/${MARKER_FILE}`);
      return { files, directory: await this.#removeEmptyDirectories(deployment, [...paths, RUNTIME_FILE]) };
    });
  }

  async #deployments() {
    try {
      return await this.#scripts.list(DEFAULT_DEPLOYMENT.subdomain, { recursive: false });
    } catch (error) {
      if (isExecError(error) && error.kind === "directoryMissing") return [];
      throw error;
    }
  }

  async #writeMarker(id: string, marker: Marker): Promise<void> {
    await this.#write(`${deploymentOf(id).key}/${MARKER_FILE}`, printMarker(id, marker));
  }

  /** A file that says so already is left alone. */
  async #write(file: string, text: string, note?: NoteChange): Promise<void> {
    if ((await this.#textOf(file)) === text) return;
    const { created, size } = await this.#scripts.write(file, text, { createDirs: true });
    note?.({ kind: "written", file, created, size });
  }

  async #textOf(file: string): Promise<string | null> {
    try {
      return (await this.#scripts.readText(file)).text;
    } catch (error) {
      if (isExecError(error) && error.kind === "scriptMissing") return null;
      throw error;
    }
  }

  async #deleteIfThere(file: string, note?: NoteChange): Promise<boolean> {
    try {
      await this.#scripts.delete(file);
      note?.({ kind: "deleted", file });
      return true;
    } catch (error) {
      if (isExecError(error) && error.kind === "scriptMissing") return false;
      throw error;
    }
  }

  /** Where a link led out of the scripts root, this is refused as everywhere. */
  #runtimeOf(deployment: Deployment): string {
    const file = `${deployment.key}/${RUNTIME_FILE}`;
    if (safePath(this.#scripts.root, file).kind === "refused") throw new ExecError("pathSymlink");
    return file;
  }

  /** @returns Whether the deployment's own directory is gone. */
  async #removeEmptyDirectories(deployment: Deployment, paths: readonly string[]): Promise<boolean> {
    const directories = new Set(paths.flatMap(directoriesAbove));
    for (const directory of [...directories].sort((a, b) => b.length - a.length)) {
      await this.#removeIfEmpty(`${deployment.key}/${directory}`);
    }
    return deployment.key !== DEFAULT_DEPLOYMENT.key && (await this.#removeIfEmpty(deployment.key));
  }

  async #removeIfEmpty(directory: string): Promise<boolean> {
    try {
      await rmdir(join(this.#scripts.root, directory));
      return true;
    } catch {
      return false; // Something else lies in it, or it is gone already.
    }
  }
}

function deploymentOf(id: string): Deployment {
  return toDeployment(DEFAULT_DEPLOYMENT.subdomain, id);
}

function hashOf(text: string): string {
  return Buffer.from(digestOf(text)).toString("hex");
}

function directoriesAbove(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

function conflict({ edited, summary }: ImportPlan): ExecError {
  return new ExecError("sdkEdited", undefined, {
    details: {
      field: "force",
      reason: "files were edited, or are not of this import",
      conflicts: edited,
      summary,
    },
  });
}

async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += WRITES_AT_ONCE) {
    await Promise.all(items.slice(at, at + WRITES_AT_ONCE).map(work));
  }
}

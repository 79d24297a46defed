import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readdir, realpath, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { absentAsNull, codeOf } from "../base/system-error.ts";
import { ExecError } from "../errors/exec-error.ts";
import { isLogFile, type LogType, logTypeOf, requireLogName, stampOf } from "./names.ts";

/** A log file on disk. */
export interface LogFile {
  /** Path below the log directory: what calls name it by. */
  readonly file: string;
  readonly type: LogType;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
}

/** A log file that is open for reading; to be closed. */
export interface OpenLog {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

/** Never through a link, and never waiting for the other end of a pipe. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Files looked at in the folders of executions; beyond that the directory needs a person. */
const FILES_MAX = 100_000;

/** The directory of the logs: only plain files that are named as logs are seen in it. */
export class LogDirectory {
  readonly root: string;

  /** @param root Absolute; it need not exist. */
  constructor(root: string) {
    this.root = root;
  }

  /** Whether a line has ever been written. */
  async exists(): Promise<boolean> {
    return (await lstat(this.root).catch(absentAsNull)) !== null;
  }

  /** Every log, the last written first. */
  async list(): Promise<readonly LogFile[]> {
    const folders = ["", "cron"];
    for (const id of await this.#entries("executions", "isDirectory")) folders.push(`executions/${id}`);
    const files: LogFile[] = [];
    for (const folder of folders) {
      if (files.length >= FILES_MAX) break;
      for (const name of await this.#entries(folder, "isFile")) {
        const file = folder === "" ? name : `${folder}/${name}`;
        const stats = isLogFile(file) ? await this.stat(file) : null;
        if (stats === null) continue;
        files.push({ file, type: logTypeOf(file), size: stats.size, modified: stats.mtime });
      }
    }
    return files.sort((one, other) => other.modified.getTime() - one.modified.getTime());
  }

  /** The files that were set aside for one, the oldest first. */
  async setAside(file: string): Promise<readonly string[]> {
    const folder = file.includes("/") ? `${dirname(file)}/` : "";
    const prefix = `${file.slice(folder.length)}.`;
    const names = await this.#entries(folder, "isFile");
    return names
      .filter((name) => name.startsWith(prefix) && stampOf(name)?.length === name.length - prefix.length)
      .sort()
      .map((name) => folder + name);
  }

  /**
   * Opens a log for reading.
   *
   * @throws {ExecError} `logNameInvalid`; `logMissing` for what is not there, or is no plain file below the directory.
   */
  async open(file: string): Promise<OpenLog> {
    const path = await this.#pathOf(file);
    const handle = await open(path, READ_FLAGS).catch((error) => {
      throw toLogError(error);
    });
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, stats };
    await handle.close();
    throw new ExecError("logMissing");
  }

  /** @returns null for a file that is not there. */
  async stat(file: string): Promise<Stats | null> {
    const stats = await lstat(join(this.root, file)).catch(absentAsNull);
    return stats?.isFile() ? stats : null;
  }

  /** The absolute path of a log that another process is to read. @throws As {@link open}. */
  async locate(file: string): Promise<string> {
    const { handle } = await this.open(file);
    await handle.close();
    return join(this.root, file);
  }

  /** Removes a log. @returns Whether it was there. */
  async remove(file: string): Promise<boolean> {
    try {
      await unlink(await this.#pathOf(file));
      return true;
    } catch (error) {
      if (codeOf(error) === "ENOENT" || (error instanceof ExecError && error.kind === "logMissing"))
        return false;
      throw error;
    }
  }

  /** Links among the folders lead elsewhere, so what lies behind them is not there. */
  async #pathOf(file: string): Promise<string> {
    requireLogName(file);
    if (!isLogFile(file)) throw new ExecError("logMissing");
    if (!file.includes("/")) return join(this.root, file);
    const folder = dirname(file);
    const real = await realpath(join(this.root, folder)).catch(absentAsNull);
    if (real === null || real !== join(await realpath(this.root), folder)) throw new ExecError("logMissing");
    return join(this.root, file);
  }

  /** Names in a folder; none of one that is absent, or a link. */
  async #entries(folder: string, kind: "isFile" | "isDirectory"): Promise<readonly string[]> {
    const path = join(this.root, folder);
    try {
      if (folder !== "" && !(await lstat(path)).isDirectory()) return [];
      const entries = await readdir(path, { withFileTypes: true });
      return entries.filter((entry) => entry[kind]()).map(({ name }) => name);
    } catch {
      return []; // Nothing has been written there.
    }
  }
}

/** What the disk says about a log: a link, a pipe or a directory in its place is no log. */
function toLogError(error: unknown): unknown {
  const isAbsent = ["ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EISDIR", "ENAMETOOLONG"].includes(codeOf(error));
  return isAbsent ? new ExecError("logMissing", undefined, { cause: error }) : error;
}

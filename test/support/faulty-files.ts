import { type FileSystem, type OpenFile, systemFiles } from "../../src/base/file-system.ts";

/** What goes wrong with one call. */
export type Fault =
  /** The call fails with a code of the system; `late` when it was carried out all the same (an open never is). */
  | { readonly kind: "error"; readonly code: string; readonly late?: boolean }
  /** A write takes this many bytes at most; any other call goes through. */
  | { readonly kind: "short"; readonly bytes: number }
  /** A write says that it took everything, and took nothing; any other call goes through. */
  | { readonly kind: "lost" };

/** A call that was made. */
export interface FileCall {
  /** `open`, `lstat`, …; those of an open file as `file.write`, `file.sync`, … */
  readonly name: string;
  /** Counted from 0 over all calls. */
  readonly index: number;
}

/** The machine's file system with faults at chosen calls. */
export interface FaultyFiles extends FileSystem {
  readonly calls: readonly FileCall[];
  /** Files that were opened and never closed. */
  readonly openCount: number;
}

/** @param choose Decides about each call before it is made; null lets it through. */
export function faultyFiles(choose: (call: FileCall) => Fault | null): FaultyFiles {
  const calls: FileCall[] = [];
  let openCount = 0;
  const next = (name: string): Fault | null => {
    const call = { name, index: calls.length };
    calls.push(call);
    return choose(call);
  };
  const step = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    const fault = next(name);
    if (fault?.kind !== "error") return call();
    if (fault.late && name !== "open") await call();
    throw systemError(fault.code, name);
  };
  const wrap = (file: OpenFile): OpenFile => ({
    async write(bytes, offset, length, position) {
      const fault = next("file.write");
      if (fault?.kind === "error") throw systemError(fault.code, "write");
      if (fault?.kind === "lost") return { bytesWritten: length };
      const taken = fault === null ? length : Math.min(length, fault.bytes);
      return taken === 0 ? { bytesWritten: 0 } : file.write(bytes, offset, taken, position);
    },
    chmod: (mode) => step("file.chmod", () => file.chmod(mode)),
    chown: (uid, gid) => step("file.chown", () => file.chown(uid, gid)),
    sync: () => step("file.sync", () => file.sync()),
    stat: () => step("file.stat", () => file.stat()),
    async close() {
      openCount--;
      // Linux has let go of the descriptor whatever close(2) says.
      await file.close();
      await step("file.close", () => Promise.resolve());
    },
  });
  return {
    calls,
    get openCount() {
      return openCount;
    },
    open: (path, flags, mode) =>
      step("open", async () => {
        const file = await systemFiles.open(path, flags, mode);
        openCount++;
        return wrap(file);
      }),
    stat: (path) => step("stat", () => systemFiles.stat(path)),
    lstat: (path) => step("lstat", () => systemFiles.lstat(path)),
    mkdir: (path) => step("mkdir", () => systemFiles.mkdir(path)),
    rmdir: (path) => step("rmdir", () => systemFiles.rmdir(path)),
    rename: (from, to) => step("rename", () => systemFiles.rename(from, to)),
    unlink: (path) => step("unlink", () => systemFiles.unlink(path)),
  };
}

/** An error as the runtime throws it for a failed system call. */
export function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '/srv/secret/place'`), { code, syscall });
}

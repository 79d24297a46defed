import { isError } from "../base/realm.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import type { FailureKind } from "../errors/failures.ts";

/** What was being done when the file system refused. */
export interface StorageAction {
  /** `write`, `read`, `move` …: the verb of the message. */
  readonly action: string;
  /** Path relative to the scripts root; absolute ones never reach a caller. */
  readonly file: string;
  /** What it means that the file, or a directory on the way to it, is not there. */
  readonly absent: FailureKind;
}

/**
 * Tells what a caller asked wrongly (4xx) from real trouble with the disk (`storageFailed`, 500).
 *
 * @returns The error to throw; the original one is its cause.
 */
export function toStorageError(thrown: unknown, { action, file, absent }: StorageAction): ExecError {
  if (isExecError(thrown)) return thrown;
  const refused = (reason: string) =>
    new ExecError("invalidInput", `Cannot ${action} "${file}": ${reason}`, {
      details: { field: "path", reason },
      cause: thrown,
    });
  switch (codeOf(thrown)) {
    case "ENOENT":
      return absent === "invalidInput"
        ? refused("its directory does not exist")
        : new ExecError(absent, undefined, { cause: thrown });
    case "ENOTDIR":
    case "EEXIST":
      return absent === "invalidInput"
        ? refused("a part of the path is a file")
        : new ExecError(absent, undefined, { cause: thrown });
    case "EISDIR":
    case "ENOTEMPTY":
      return refused("it is a directory");
    case "ENAMETOOLONG":
      return refused("a name in the path is too long");
    case "EINVAL":
    case "EILSEQ":
    case "ERR_INVALID_ARG_VALUE":
      return refused("the file system does not take such a name");
    case "ELOOP":
      return new ExecError("pathSymlink", undefined, { cause: thrown });
    default:
      return new ExecError("storageFailed", `Cannot ${action} "${file}": the storage refused`, {
        cause: thrown,
      });
  }
}

/** The system's code of an error (`ENOENT`), or "" when it has none. */
export function codeOf(thrown: unknown): string {
  return isError(thrown) && "code" in thrown ? String(thrown.code) : "";
}

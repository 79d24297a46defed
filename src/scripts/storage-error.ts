import { basename } from "node:path";
import { isError } from "../base/realm.ts";
import { codeOf } from "../base/system-error.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import type { FailureKind } from "../errors/failures.ts";
import { troubleOf } from "../errors/normalize.ts";

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
 * Tells what a caller asked wrongly (4xx) from real trouble with the disk (`storageFailed` 500, `storageBusy` 503,
 * `storageFull` 507).
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
      // Without a path it is no name that was refused, but something about an open file.
      return isError(thrown) && "path" in thrown
        ? refused("the file system does not take such a name")
        : trouble(thrown, action, file);
    case "EILSEQ":
    case "ERR_INVALID_ARG_VALUE":
      return refused("the file system does not take such a name");
    case "EXDEV":
      return refused("it lies on another file system");
    case "ELOOP":
      return new ExecError("pathSymlink", undefined, { cause: thrown });
    default:
      return trouble(thrown, action, file);
  }
}

/** The refusal of a path where a directory stands. */
export function directoryInPlaceOf(file: string): ExecError {
  return new ExecError("invalidInput", "path is a directory; use scripts/list", {
    details: { field: "path", reason: `"${basename(file)}" is a directory` },
  });
}

/** Why the storage cannot do it: the sentence after the colon. */
const REASON_OF = {
  storageFull: "no space is left",
  storageBusy: "too many files are open",
  storageFailed: "the storage refused",
} as const;

function trouble(thrown: unknown, action: string, file: string): ExecError {
  const code = codeOf(thrown);
  const kind = troubleOf(code);
  return new ExecError(kind, `Cannot ${action} "${file}": ${REASON_OF[kind]}`, {
    ...(code === "" ? {} : { details: { reason: code } }),
    cause: thrown,
  });
}

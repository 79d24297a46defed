import { isError, isObject } from "../base/realm.ts";
import { ExecError, type ExecErrorOptions, isExecError } from "./exec-error.ts";
import type { FailureKind } from "./failures.ts";

/**
 * Turns anything thrown on our own side into the one error that may shape an answer.
 *
 * Known shapes keep their meaning; everything else is a neutral `internal` whose cause goes to the log. It is not for
 * what scripts throw: a script must not choose a status by throwing something that looks like one of these.
 */
export function normalizeError(thrown: unknown): ExecError {
  if (isExecError(thrown)) return thrown;
  return (
    fromSchemaIssues(thrown) ??
    fromHttpException(thrown) ??
    fromSystemError(thrown) ??
    fromAbort(thrown) ??
    new ExecError("internal", undefined, { cause: thrown })
  );
}

/** Zod's error, known by its shape so that this layer does not load Zod. */
function fromSchemaIssues(thrown: unknown): ExecError | null {
  if (!isError(thrown) || !isIn(["ZodError", "$ZodError"], thrown.name)) return null;
  const { issues } = thrown as { issues?: unknown };
  const first: unknown = Array.isArray(issues) ? issues[0] : undefined;
  if (!isObject(first) || !Array.isArray(first["path"])) return null;
  const field = first["path"].map(String).join(".");
  return new ExecError("invalidInput", undefined, {
    details: { field: field === "" ? "body" : field, reason: String(first["message"]) },
    cause: thrown,
  });
}

const KIND_OF_STATUS: Readonly<Record<number, FailureKind>> = {
  400: "invalidInput",
  401: "unauthorized",
  404: "operationMissing",
  405: "methodNotAllowed",
  408: "bodyTimeout",
  413: "bodyTooLarge",
  415: "unsupportedMediaType",
};

/** Hono's HTTPException, known by its shape; its own text is dropped, because the table has ours. */
function fromHttpException(thrown: unknown): ExecError | null {
  if (!isError(thrown)) return null;
  const { status, getResponse } = thrown as { status?: unknown; getResponse?: unknown };
  if (typeof status !== "number" || typeof getResponse !== "function") return null;
  const kind = KIND_OF_STATUS[status];
  return kind === undefined ? null : new ExecError(kind, undefined, { cause: thrown });
}

/** Codes of the file system (errno(3)). The path in the error is absolute, so it stays in the cause. */
const FAILURE_OF_CODE: Readonly<Record<string, FailureKind>> = {
  ENOENT: "scriptMissing",
  ENOTDIR: "scriptMissing",
  EEXIST: "targetExists",
  ENOTEMPTY: "targetExists",
  EISDIR: "invalidInput",
  ENAMETOOLONG: "invalidInput",
  ELOOP: "pathSymlink",
  EACCES: "storageFailed",
  EPERM: "storageFailed",
  EROFS: "storageFailed",
  EIO: "storageFailed",
  ENOSPC: "storageFull",
  EDQUOT: "storageFull",
  EFBIG: "storageFull",
  EMFILE: "storageBusy",
  ENFILE: "storageBusy",
};

/** What a code of the file system means that no caller is to blame for. */
export function troubleOf(code: string): "storageFull" | "storageBusy" | "storageFailed" {
  const kind = FAILURE_OF_CODE[code];
  return kind === "storageFull" || kind === "storageBusy" ? kind : "storageFailed";
}

function fromSystemError(thrown: unknown): ExecError | null {
  if (!isError(thrown)) return null;
  const { code, syscall } = thrown as { code?: unknown; syscall?: unknown };
  if (typeof code !== "string" || typeof syscall !== "string") return null;
  const kind = FAILURE_OF_CODE[code];
  if (kind === undefined) return null;
  const options: ExecErrorOptions = { details: { reason: code }, cause: thrown };
  return kind === "invalidInput"
    ? new ExecError(kind, "Invalid path", { ...options, details: { field: "path", reason: code } })
    : new ExecError(kind, undefined, options);
}

/** An aborted wait on our side means that the process is going away; a gone client reads no answer anyway. */
function fromAbort(thrown: unknown): ExecError | null {
  // Bun's DOMException is no error object to Error.isError, so its name alone decides.
  if (!isObject(thrown) || thrown["name"] !== "AbortError") return null;
  return new ExecError("shuttingDown", undefined, { cause: thrown });
}

function isIn(words: readonly string[], word: string): boolean {
  return words.includes(word);
}

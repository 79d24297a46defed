import { describe, expect, test } from "bun:test";
import { ExecError } from "../../../src/errors/exec-error.ts";
import type { FailureKind } from "../../../src/errors/failures.ts";
import { toStorageError } from "../../../src/scripts/storage-error.ts";

function thrownBySystem(code: string): Error {
  return Object.assign(new Error(`${code}: open '/srv/secret/place/a.js'`), { code });
}

describe("toStorageError", () => {
  const rows: readonly [code: string, absent: FailureKind, kind: FailureKind][] = [
    ["ENOENT", "scriptMissing", "scriptMissing"],
    ["ENOENT", "directoryMissing", "directoryMissing"],
    ["ENOENT", "invalidInput", "invalidInput"],
    ["ENOTDIR", "scriptMissing", "scriptMissing"],
    ["ENOTDIR", "invalidInput", "invalidInput"],
    ["EEXIST", "invalidInput", "invalidInput"],
    ["EISDIR", "invalidInput", "invalidInput"],
    ["ENAMETOOLONG", "scriptMissing", "invalidInput"],
    ["EXDEV", "invalidInput", "invalidInput"],
    ["EINVAL", "invalidInput", "storageFailed"],
    ["ELOOP", "scriptMissing", "pathSymlink"],
    ["ENOSPC", "invalidInput", "storageFull"],
    ["EIO", "scriptMissing", "storageFailed"],
    ["EACCES", "scriptMissing", "storageFailed"],
    ["EROFS", "invalidInput", "storageFailed"],
    ["EMFILE", "scriptMissing", "storageBusy"],
  ];
  test.each(rows)("%s where absence is %s is %s", (code, absent, kind) => {
    const thrown = thrownBySystem(code);
    const error = toStorageError(thrown, { action: "write", file: "default/1/a.js", absent });
    expect(error.kind).toBe(kind);
    expect(error.cause).toBe(thrown);
    expect(error.message).not.toContain("/srv");
  });

  test("an error that already is ours stays as it is", () => {
    const own = new ExecError("targetExists");
    expect(toStorageError(own, { action: "move", file: "a.js", absent: "scriptMissing" })).toBe(own);
  });
});

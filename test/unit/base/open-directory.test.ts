import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { OpenDirectory } from "../../../src/base/open-directory.ts";
import { faultyFiles } from "../../support/faulty-files.ts";
import { tempDir } from "../../support/temp-dir.ts";

describe("OpenDirectory", () => {
  test("is no file", async () => {
    await using directory = await tempDir();
    await directory.write({ a: "" });
    await symlink(".", join(directory.path, "here"));
    await expect(OpenDirectory.open(join(directory.path, "a"))).rejects.toMatchObject({ code: "ENOTDIR" });
    await using linked = await OpenDirectory.open(join(directory.path, "here"));
    await linked.flush();
  });

  test("a failure of its closing tells nothing, that of its flush does", async () => {
    await using directory = await tempDir();
    const failing = (call: string) =>
      faultyFiles(({ name }) => (name === call ? { kind: "error", code: "EIO" } : null));
    {
      await using open = await OpenDirectory.open(directory.path, failing("file.close"));
      await open.flush();
    }
    await using open = await OpenDirectory.open(directory.path, failing("file.sync"));
    await expect(open.flush()).rejects.toMatchObject({ code: "EIO" });
  });
});

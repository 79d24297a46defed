import { expect, test } from "bun:test";
import { LogDirectory, type LogFile } from "../../../src/logs/directory.ts";
import { findExecution } from "../../../src/logs/executions.ts";
import { tempDir } from "../../support/temp-dir.ts";

test("a file that is gone since the directory was listed is passed over", async () => {
  await using directory = await tempDir();
  await directory.write({ "default-2.log": '{"executionId":"exec_a"}\n' });
  class Listed extends LogDirectory {
    override async list(): Promise<readonly LogFile[]> {
      const gone = { file: "default-1.log", type: "access", size: 1, modified: new Date() } as const;
      return [gone, ...(await super.list())];
    }
  }
  expect(await findExecution(new Listed(directory.path), "exec_a")).toBe("default-2.log");
});

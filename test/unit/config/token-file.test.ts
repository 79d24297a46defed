import { describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError } from "../../../src/config/config-error.ts";
import { readTokenFile } from "../../../src/config/token-file.ts";
import { type TempDir, tempDir } from "../../support/temp-dir.ts";

const SECRET = "s3cret-0123456789";

async function withFile(text: string, mode = 0o600): Promise<TempDir & { readonly file: string }> {
  const directory = await tempDir();
  await directory.write({ tokens: text });
  const file = join(directory.path, "tokens");
  await chmod(file, mode);
  return { ...directory, file };
}

function refusal(path: string): string {
  try {
    readTokenFile(path, "/");
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error("Expected a refusal");
}

describe("a token file", () => {
  test("holds one token a line, with comments and blank lines between", async () => {
    await using held = await withFile(
      `\ufeff# ours\r\n\r\n${SECRET}:read   # for the dashboard\r\n  other-0123456789#1  \n`,
    );
    const { tokens, warnings } = readTokenFile(held.file, "/");
    expect(tokens.map(({ scopes }) => scopes.has("admin"))).toEqual([false, true]);
    expect(warnings).toEqual([]);
  });

  test("is found from the working directory", async () => {
    await using held = await withFile(SECRET);
    expect(readTokenFile("tokens", held.path).tokens).toHaveLength(1);
  });

  test("that every user may read is warned about; that is how containers mount secrets", async () => {
    await using held = await withFile(SECRET, 0o644);
    expect(readTokenFile(held.file, "/").warnings).toEqual([
      `Every user of this machine may read --api-token-file "${held.file}"`,
    ]);
  });
});

describe("is refused in one line that holds no token", () => {
  test.each<[string, string, number, string]>([
    ["a file that everybody may write to", SECRET, 0o602, "everybody may write to it"],
    ["a file without a token", "# none yet\n\n", 0o600, "it holds no token"],
    ["a line that cannot be used", `# ours\n${SECRET}:chief\n`, 0o600, "accepted on line 2 is a token"],
    ["a line of two words", `ok-0123456789abcd\n${SECRET} read\n`, 0o600, "accepted on line 2 is a token"],
  ])("%s", async (_name, text, mode, reason) => {
    await using held = await withFile(text, mode);
    const message = refusal(held.file);
    expect(message).toContain(`Cannot use --api-token-file "${held.file}": ${reason}`);
    expect(message).not.toContain("\n");
    expect(message).not.toContain(SECRET);
  });

  test("no file, and a directory", async () => {
    await using directory = await tempDir();
    expect(refusal(join(directory.path, "none"))).toContain("a readable file (ENOENT)");
    expect(refusal(directory.path)).toContain("a readable file (EISDIR)");
  });
});

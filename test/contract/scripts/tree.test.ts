import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const TREE = "/api/v1/exec/scripts/tree";
const files = {
  "default/1/a.ts": "// @token s3cret\nreturn 1;\n",
  "default/1/sub/deep/b.js": "return 1",
  "default/1/sub/.x.js": "",
  "default/1/_hoody/c.js": "",
};

describe("scripts.tree", () => {
  test("shows directories with their children, without reserved and dot names", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", TREE, {});
    expect(status).toBe(200);
    expect(body).toEqual({
      baseDir: "",
      tree: [
        { name: "a.ts", path: "default/1/a.ts", type: "file" },
        {
          name: "sub",
          path: "default/1/sub",
          type: "directory",
          children: [
            {
              name: "deep",
              path: "default/1/sub/deep",
              type: "directory",
              children: [{ name: "b.js", path: "default/1/sub/deep/b.js", type: "file" }],
            },
          ],
        },
      ],
    });
  });

  test("an empty body is the whole deployment", async () => {
    await using app = await testApp({ files });
    expect((await app.call("POST", TREE)).body.tree).toHaveLength(2);
  });

  test("includeMetadata adds size, time and redacted magic comments", async () => {
    await using app = await testApp({ files });
    const { body } = await app.call("POST", TREE, { includeMetadata: true, maxDepth: 1 });
    expect(body.tree).toEqual([
      {
        name: "a.ts",
        path: "default/1/a.ts",
        type: "file",
        size: 27,
        modified: expect.any(String),
        magicComments: { token: "[REDACTED]", tokens: ["[REDACTED]"] },
      },
      { name: "sub", path: "default/1/sub", type: "directory", modified: expect.any(String) },
    ]);
  });

  test("maxDepth ends the tree: directories at the last level have no children", async () => {
    await using app = await testApp({ files });
    const { body } = await app.call("POST", TREE, { baseDir: "sub", maxDepth: 1 });
    expect(body).toEqual({
      baseDir: "sub",
      tree: [{ name: "deep", path: "default/1/sub/deep", type: "directory" }],
    });
  });

  test("a link in a circle is shown and not entered", async () => {
    await using app = await testApp({ files });
    await symlink("..", join(app.scripts.path, "default/1/sub/up"));
    const { body } = await app.call("POST", TREE, { baseDir: "sub" });
    expect(body.tree.at(-1)).toEqual({ name: "up", path: "default/1/sub/up", type: "directory" });
  });

  const refusals: readonly [body: unknown, status: number, error: string][] = [
    [{ baseDir: "none" }, 404, "Directory not found"],
    [{ baseDir: "a.ts" }, 400, "dir is not a directory"],
    [{ baseDir: "_hoody" }, 403, "Directory is excluded from script discovery"],
    [{ baseDir: "../.." }, 403, "Invalid path: must be within scripts directory"],
    [{ baseDir: 1 }, 400, "Invalid request body"],
    [{ maxDepth: 0 }, 400, "Invalid request body"],
    [{ maxDepth: 1.5 }, 400, "Invalid request body"],
    [{ execId: "A" }, 400, "execId must be 1 to 64 lower-case letters and digits"],
  ];
  for (const [body, status, error] of refusals) {
    scenario(`${JSON.stringify(body)} is refused: ${error}`, {
      files,
      request: ["POST", TREE, body],
      status,
      body: { error },
    });
  }
});

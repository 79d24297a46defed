import { describe, expect, test } from "bun:test";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const READ = "/api/v1/exec/scripts/read";
const SOURCE = "// @token s3cret\n// @timeout 5s\nreturn 1;\n";

describe("scripts.read", () => {
  test("answers the stored text byte for byte, its magic comments redacted, and nothing else", async () => {
    await using app = await testApp({ files: { "default/1/a.ts": SOURCE } });
    const { status, body } = await app.call("GET", `${READ}?path=a.ts`);
    expect(status).toBe(200);
    expect(body).toEqual({
      path: "a.ts",
      resolvedPath: "default/1/a.ts",
      content: SOURCE,
      magicComments: { timeout: 5000, token: "[REDACTED]", tokens: ["[REDACTED]"] },
      metadata: {
        size: SOURCE.length,
        created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
        modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
        isDirectory: false,
        extension: ".ts",
      },
    });
  });

  scenario("a file that is no script has no magic comments", {
    files: { "default/1/notes.md": "// @timeout 5s" },
    request: ["GET", `${READ}?path=notes.md`],
    status: 200,
    body: { magicComments: null, content: "// @timeout 5s" },
  });

  const spellings: readonly [query: string, resolvedPath: string][] = [
    ["path=x.js&execId=2", "default/2/x.js"],
    ["path=x.js&exec_id=2", "default/2/x.js"],
    ["path=x.js&execId=2&exec_id=3", "default/2/x.js"],
    ["path=x.js&execId=2&subdomain=APP", "app/2/x.js"],
    ["path=default/2/x.js&execId=2", "default/2/x.js"],
    ["path=x.js&execId=&subdomain=", "default/1/x.js"],
  ];
  test.each(spellings)("%s reads %s", async (query, resolvedPath) => {
    const files = Object.fromEntries(spellings.map(([, file]) => [file, "return 1"]));
    await using app = await testApp({ files });
    expect((await app.call("GET", `${READ}?${query}`)).body).toMatchObject({ resolvedPath });
  });

  test("the Host names the deployment when the query does not", async () => {
    await using app = await testApp({ files: { "app/2/x.js": "return 1" } });
    const { body } = await app.call("GET", `${READ}?path=x.js`, undefined, {
      host: "app.p-c-exec-2.n.hoody.icu",
    });
    expect(body).toMatchObject({ resolvedPath: "app/2/x.js" });
  });

  test("an absolute path inside the scripts directory is accepted", async () => {
    await using app = await testApp({ files: { "app/2/x.js": "return 1" } });
    const path = encodeURIComponent(join(app.scripts.path, "app/2/x.js"));
    expect((await app.call("GET", `${READ}?path=${path}`)).body).toMatchObject({
      resolvedPath: "app/2/x.js",
    });
  });

  const refusals: readonly [query: string, status: number, error: string][] = [
    ["", 400, "path parameter is required"],
    ["path=", 400, "path parameter is required"],
    ["path=dir", 400, "path is a directory; use scripts/list"],
    ["path=none.js", 404, "Script not found"],
    ["path=a.ts/b.ts", 404, "Script not found"],
    ["path=node_modules/x.js", 403, "Path is excluded from access"],
    ["path=../1/a.ts", 403, "Invalid path: must be within scripts directory"],
    ["path=a%00.ts", 403, "Invalid path: must be within scripts directory"],
    ["path=/etc/passwd", 403, "Invalid path: must be within scripts directory"],
    ["path=out/secret.js", 403, "Invalid path: resolves through a symlink"],
    ["path=a.ts&execId=A-1", 400, "execId must be 1 to 64 lower-case letters and digits"],
    [`path=a.ts&execId=${"1".repeat(65)}`, 400, "execId must be 1 to 64 lower-case letters and digits"],
    [
      "path=a.ts&subdomain=..",
      400,
      "subdomain must be letters, digits, dots, hyphens and underscores, and no reserved name",
    ],
    [
      "path=a.ts&subdomain=_hoody",
      400,
      "subdomain must be letters, digits, dots, hyphens and underscores, and no reserved name",
    ],
  ];
  test.each(refusals)("%s is refused with %d: %s", async (query, status, error) => {
    await using app = await testApp({ files: { "default/1/a.ts": SOURCE, "default/1/dir/x.js": "" } });
    await mkdir(join(app.scripts.path, "../outside"));
    await symlink(join(app.scripts.path, "../outside"), join(app.scripts.path, "default/1/out"));
    const answer = await app.call("GET", `${READ}?${query}`);
    const code = status === 400 ? "VALIDATION_ERROR" : `ERROR_${status}`;
    expect(answer.body).toMatchObject({ error, code });
    expect(answer.status).toBe(status);
  });
});

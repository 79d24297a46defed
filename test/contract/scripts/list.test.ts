import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const LIST = "/api/v1/exec/scripts/list";
const files = {
  "default/1/a.ts": "// @label Weekly\n// @tags billing, internal\n// @token s3cret\nreturn 1;\n",
  "default/1/b.js": "// @mode worker\n// @websocket\nreturn 1;\n",
  "default/1/notes.md": "",
  "default/1/off.js": "// @enabled false\nreturn 1;\n",
  "default/1/sub/c.js": "// @tags internal\nreturn 1;\n",
  "default/1/sub/.hidden.js": "",
  "default/1/node_modules/p.js": "",
  "default/1/_sdk/s.js": "",
};

async function names(query: string): Promise<string[]> {
  await using app = await testApp({ files });
  const { status, body } = await app.call("GET", `${LIST}?${query}`);
  expect(status).toBe(200);
  expect(body.count).toBe(body.scripts.length);
  return body.scripts.map(({ path }: { path: string }) => path.replace("default/1/", ""));
}

describe("scripts.list", () => {
  test("shows one level of the deployment, without reserved names and dot-files", async () => {
    await using app = await testApp({ files });
    expect((await app.call("GET", LIST)).body).toEqual({
      directory: "",
      count: 5,
      scripts: [
        { name: "a.ts", path: "default/1/a.ts", isDirectory: false },
        { name: "b.js", path: "default/1/b.js", isDirectory: false },
        { name: "notes.md", path: "default/1/notes.md", isDirectory: false },
        { name: "off.js", path: "default/1/off.js", isDirectory: false },
        { name: "sub", path: "default/1/sub", isDirectory: true },
      ],
    });
  });

  test("with a filter it has the second shape: filters as sent, magic comments redacted", async () => {
    await using app = await testApp({ files });
    expect((await app.call("GET", `${LIST}?label=Weekly&enabled=1&tags=&mode=`)).body).toEqual({
      directory: "",
      count: 1,
      recursive: false,
      filters: { label: "Weekly", enabled: "1" },
      scripts: [
        {
          name: "a.ts",
          path: "default/1/a.ts",
          isDirectory: false,
          magicComments: {
            label: "Weekly",
            tags: ["billing", "internal"],
            token: "[REDACTED]",
            tokens: ["[REDACTED]"],
          },
        },
      ],
    });
  });

  test("recursive lists the files below, still without reserved and dot names", async () => {
    await using app = await testApp({ files });
    const { body } = await app.call("GET", `${LIST}?recursive=true`);
    expect(body).toMatchObject({ directory: "", recursive: true, filters: {} });
    expect(await names("recursive=true")).toEqual(["a.ts", "b.js", "notes.md", "off.js", "sub/c.js"]);
  });

  test("metadata adds size, times and extension, include_comments the magic comments", async () => {
    await using app = await testApp({ files });
    const { body } = await app.call("GET", `${LIST}?filter=notes*&metadata=true&include_comments=1`);
    expect(body.scripts).toEqual([
      {
        name: "notes.md",
        path: "default/1/notes.md",
        isDirectory: false,
        size: 0,
        created: expect.any(String),
        modified: expect.any(String),
        extension: ".md",
        magicComments: null,
      },
    ]);
  });

  const rows: readonly [query: string, expected: readonly string[]][] = [
    ["dir=sub", ["sub/c.js"]],
    ["dir=default/1/sub", ["sub/c.js"]],
    ["filter=*.js", ["b.js", "off.js"]],
    ["filter=*.js&recursive=true", ["b.js", "off.js", "sub/c.js"]],
    ["tags=internal,other&recursive=true", ["a.ts", "sub/c.js"]],
    ["tags=internal", ["a.ts"]],
    ["mode=worker", ["b.js"]],
    ["mode=serverless&recursive=1", ["a.ts", "off.js", "sub/c.js"]],
    ["enabled=false", ["off.js"]],
    ["websocket=true", ["b.js"]],
    ["websocket=true&enabled=false", []],
  ];
  test.each(rows)("%s lists %j", async (query, expected) => {
    expect(await names(query)).toEqual([...expected]);
  });

  const refusals: readonly [query: string, status: number, error: string][] = [
    ["dir=none", 404, "Directory not found"],
    ["dir=a.ts", 400, "dir is not a directory"],
    ["dir=a.ts/x", 404, "Directory not found"],
    ["dir=node_modules", 403, "Directory is excluded from script discovery"],
    ["dir=sub/_hoody", 403, "Directory is excluded from script discovery"],
    ["dir=..", 403, "Invalid path: must be within scripts directory"],
    ["dir=/", 403, "Invalid path: must be within scripts directory"],
    ["recursive=maybe", 400, "Invalid query parameter"],
    ["enabled=maybe", 400, "Invalid query parameter"],
    [`filter=${"x".repeat(300)}`, 400, "Invalid query parameter"],
    ["execId=none", 404, "Directory not found"],
  ];
  for (const [query, status, error] of refusals) {
    scenario(`${query.slice(0, 40)} is refused: ${error}`, {
      files,
      request: ["GET", `${LIST}?${query}`],
      status,
      body: { error },
    });
  }

  scenario("a fresh installation lists nothing instead of failing", {
    request: ["GET", LIST],
    status: 200,
    body: { count: 0, scripts: [] },
  });
});

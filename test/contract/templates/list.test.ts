import { describe, expect, test } from "bun:test";
import pino from "pino";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const LIST = "/api/v1/exec/templates/list";
const MINE = JSON.stringify({ code: ["return 1;"], metadata: { category: "api", tags: ["x"] } });

const BUILTIN = [
  "json-api",
  "crud-sqlite",
  "webhook",
  "scheduled-job",
  "websocket-room",
  "server-sent-events",
  "api-proxy",
  "file-upload",
  "ai-summary",
  "shell-command",
  "api-key-guard",
];

describe("templates.list", () => {
  const rows: readonly [query: string, names: readonly string[]][] = [
    ["", [...BUILTIN, "mine"]],
    ["?category=api", ["json-api", "webhook", "mine"]],
    ["?category=api&includeCustom=false", ["json-api", "webhook"]],
    ["?includeBuiltin=0", ["mine"]],
    ["?includeBuiltin=false&includeCustom=0", []],
    ["?category=&includeBuiltin=&includeCustom=1", [...BUILTIN, "mine"]],
    ["?category=constructor", []],
  ];
  test.each(rows)("%s", async (query, names) => {
    await using app = await testApp({ files: { "_hoody/templates/mine.json": MINE } });
    const { status, body } = await app.call("GET", LIST + query);
    expect(status).toBe(200);
    expect(body.templates.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(body.count).toBe(names.length);
  });

  test("a custom template has the defaults for what its file does not say", async () => {
    await using app = await testApp({ files: { "_hoody/templates/mine.json": MINE } });
    const { body } = await app.call("GET", `${LIST}?includeBuiltin=false`);
    expect(body.templates).toEqual([
      {
        name: "mine",
        metadata: {
          name: "mine",
          category: "api",
          tags: ["x"],
          description: "Custom template",
          params: [],
          version: "1.0.0",
          author: "User",
        },
        builtin: false,
      },
    ]);
  });

  test("broken files are left out and logged, foreign ones are none of ours", async () => {
    const lines: string[] = [];
    await using app = await testApp({
      log: pino({ level: "warn" }, { write: (line: string) => void lines.push(line) }),
      files: {
        "_hoody/templates/mine.json": MINE,
        "_hoody/templates/broken.json": "{oops",
        "_hoody/templates/list.json": "[]",
        "_hoody/templates/codeless.json": "{}",
        "_hoody/templates/numbers.json": '{"code": [1]}',
        "_hoody/templates/-bad-name.json": MINE,
        "_hoody/templates/notes.md": "",
        "_hoody/templates/folder.json/x": "",
      },
    });
    const { body } = await app.call("GET", `${LIST}?includeBuiltin=false`);
    expect(body.templates.map(({ name }: { name: string }) => name)).toEqual(["mine"]);
    expect(lines.map((line) => JSON.parse(line).template)).toEqual(["broken", "codeless", "list", "numbers"]);
  });

  for (const query of ["includeBuiltin=yes", "includeCustom=2"]) {
    scenario(`${query} is refused`, {
      request: ["GET", `${LIST}?${query}`],
      status: 400,
      body: { error: "Invalid query parameter", details: { field: query.split("=")[0] } },
    });
  }
});

import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** A script whose handler stands in another file, as frameworks and shared routes do it. */
const FILES = {
  "default/1/_lib/routes.ts":
    'export function GET() { return "get"; }\nexport const POST = async (request) => await request.text();\nexport default () => "default";',
  "default/1/_lib/awaits.ts": 'await null;\nexport const GET = () => "awaited";',
  "default/1/_lib/common.cjs.js": 'exports.GET = () => "common";',
};

describe.each(["", "// @mode worker\n", "globalThis.x = 1;\n", 'eval("1");\n'])(
  "a script that begins with %j",
  (head) => {
    test.each([
      ['export * from "./_lib/routes.ts";', "GET", "get"],
      ['export * from "./_lib/routes.ts";', "POST", "sent"],
      ['export * from "./_lib/awaits.ts";', "GET", "awaited"],
      ['export * from "./_lib/common.cjs.js";', "GET", "common"],
      ['export * from "./_lib/routes.ts";\nexport const GET = () => "own";', "GET", "own"],
      ['export { GET } from "./_lib/routes.ts";', "GET", "get"],
      ['export { default } from "./_lib/routes.ts";', "GET", "default"],
      ['export * from "./_lib/routes.ts";\nexport { default } from "./_lib/routes.ts";', "GET", "default"],
    ])("%s answers %s with %s", async (body, method, text) => {
      await using app = await scriptApp({ ...FILES, "default/1/a.ts": head + body });
      const init = method === "POST" ? { method, body: "sent" } : { method };
      expect((await app.ask("/a", init)).text).toBe(text);
    });
  },
);

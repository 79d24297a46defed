import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** Injected names where no analysis of the source finds them: in text that a script runs, and on its global object. */
const NAMES = [
  "require",
  "process",
  "Bun",
  "crypto",
  "fs",
  "path",
  "$",
  "Database",
  "z",
  "state",
  "ws",
  "ai",
  "model",
  "__filename",
  "req",
  "res",
  "metadata",
  "shared",
];

describe.each(["", "// @mode worker\n"])("in a script that begins with %j", (head) => {
  test("text run by eval sees every injected name", async () => {
    await using app = await scriptApp({
      "default/1/a.js": `${head}return req.body.filter((name) => eval("typeof " + name) === "undefined");`,
    });
    const init = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(NAMES),
    };
    expect((await app.ask("/a", init)).json).toEqual([]);
  });

  test("a name that the script declares or imports stays its own there", async () => {
    await using app = await scriptApp({
      "default/1/_own.js": 'export const fs = "imported";',
      "default/1/a.js": `${head}import { fs } from "./_own.js";\nconst path = "declared";\nreturn eval("[fs, path, typeof crypto]");`,
    });
    expect((await app.ask("/a")).json).toEqual(["imported", "declared", "object"]);
  });

  test("text run by eval in a helper module sees them, too, beside its own imports", async () => {
    await using app = await scriptApp({
      "default/1/_own.js": 'export const path = "imported";',
      "default/1/_helper.js":
        'import { path } from "./_own.js";\nexport const seen = eval("[path, typeof process.env, typeof require, typeof fs.readFileSync]");',
      "default/1/a.js": `${head}import { seen } from "./_helper.js";\nreturn seen;`,
    });
    expect((await app.ask("/a")).json).toEqual(["imported", "object", "function", "function"]);
  });

  test("text run by eval sees no AI names where the script wants none", async () => {
    await using app = await scriptApp({
      "default/1/a.js": `// @ai false\n${head}return eval("typeof ai");`,
    });
    expect((await app.ask("/a")).text).toBe("undefined");
  });

  test.each(["globalThis", "global", "self"])("%s.crypto is that of the web", async (name) => {
    await using app = await scriptApp({
      "default/1/a.js": `${head}const bytes = ${name}.crypto.getRandomValues(new Uint8Array(4)); return [bytes.length, ${name}.crypto.randomUUID().length, typeof ${name}.crypto.subtle.digest];`,
    });
    expect((await app.ask("/a")).json).toEqual([4, 36, "function"]);
  });

  test("the name crypto is still that of Node", async () => {
    await using app = await scriptApp({
      "default/1/a.js": `${head}return [typeof crypto.createHash, typeof globalThis.crypto]`,
    });
    expect((await app.ask("/a")).json).toEqual(["function", "object"]);
  });
});

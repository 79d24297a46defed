import { describe, expect, test } from "bun:test";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ScriptApp, scriptApp } from "../../support/script-app.ts";
import { until } from "../../support/until.ts";
import { HELPERS } from "./helpers.ts";

describe("state and change", () => {
  const COUNTER = "let n = 0;\nexport const next = () => ++n;";
  const ask = async (app: ScriptApp, path: string, host = "localhost") =>
    (await app.ask(path, { headers: { host } })).text;

  test.each<[string, string]>([
    ["import", 'import { next } from "./_lib/counter.ts";\nreturn next();'],
    ["require", 'return require("./_lib/counter.ts").next();'],
    ["require inside a handler", 'module.exports = () => require("./_lib/counter.ts").next();'],
    ["import()", 'return (await import("./_lib/counter.ts")).next();'],
    [
      "import, in a fresh context",
      'import { next } from "./_lib/counter.ts";\nArray.prototype.x = 1;\nreturn next();',
    ],
    ["import, in a worker", '// @mode worker\nimport { next } from "./_lib/counter.ts";\nreturn next();'],
  ])("a helper keeps its state between requests: %s", async (_way, script) => {
    await using app = await scriptApp({ "default/1/a.ts": script, "default/1/_lib/counter.ts": COUNTER });
    expect([await ask(app, "/a"), await ask(app, "/a"), await ask(app, "/a")]).toEqual(["1", "2", "3"]);
  });

  test("scripts of one deployment share a helper, those of another one have their own", async () => {
    const script = 'import { next } from "../../lib/counter.ts";\nreturn next();';
    await using app = await scriptApp({
      "default/1/a.ts": script,
      "default/1/b.ts": script,
      "default/2/a.ts": script,
      "lib/counter.ts": COUNTER,
    });
    expect([await ask(app, "/a"), await ask(app, "/b")]).toEqual(["1", "2"]);
    expect(await ask(app, "/a", "p-c-exec-2.node.test")).toBe("1");
  });

  test("a helper that the API wrote keeps its state when the watch sees the file", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { next } from "./_counter.ts";\nreturn next();',
    });
    await app.write("_counter.ts", COUNTER);
    expect(await ask(app, "/a")).toBe("1");
    // The watch tells in the order of what happened.
    await app.scripts.write({ "default/1/later.ts": "return 'later'" });
    await until(
      () => ask(app, "/later"),
      (text) => text === "later",
    );
    expect(await ask(app, "/a")).toBe("2");
  });

  test("a script that the API wrote is back when its directory is", async () => {
    await using app = await scriptApp({});
    await app.write("sub/a.ts", "return 'a'");
    const [here, away] = ["default/1/sub", "away"].map((name) => join(app.scripts.path, name)) as [
      string,
      string,
    ];
    const status = async () => (await app.ask("/sub/a")).status;
    expect(await status()).toBe(200);
    await rename(here, away);
    await until(status, (each) => each === 404);
    await rename(away, here);
    await until(status, (each) => each === 200);
  });

  test("the same text written by hand begins anew", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { next } from "./_counter.ts";\nreturn next();',
    });
    await app.write("_counter.ts", COUNTER);
    expect(await ask(app, "/a")).toBe("1");
    await app.scripts.write({ "default/1/_counter.ts": COUNTER, "default/1/later.ts": "return 'later'" });
    await until(
      () => ask(app, "/later"),
      (text) => text === "later",
    );
    expect(await ask(app, "/a")).toBe("1");
  });

  test("overwriting the script keeps the helper's state", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { next } from "./_lib/counter.ts";\nreturn next();',
      "default/1/_lib/counter.ts": COUNTER,
    });
    expect(await ask(app, "/a")).toBe("1");
    await app.write("a.ts", 'import { next } from "./_lib/counter.ts";\nreturn "new " + next();');
    expect(await ask(app, "/a")).toBe("new 2");
  });

  const CHAIN = {
    "default/1/a.ts": 'import { top } from "./_lib/top.ts";\nreturn top();',
    "default/1/b.js": 'module.exports = () => require("./_lib/top").top();',
    "default/1/w.ts": '// @mode worker\nimport { top } from "./_lib/top.ts";\nreturn top();',
    "default/1/f.ts": 'import { top } from "./_lib/top.ts";\nArray.prototype.x = 1;\nreturn top();',
    "default/1/d.ts": 'const { top } = await import("./_lib/top.ts");\nreturn top();',
    "default/1/_lib/top.ts":
      'import { word } from "./deep.ts";\nimport data from "./data.json";\nexport const top = () => word + data.n;',
    "default/1/_lib/deep.ts": 'export const word = "old";',
    "default/1/_lib/data.json": '{ "n": 1 }',
  };
  const SCRIPTS = ["/a", "/b", "/w", "/f", "/d"];
  const CHANGES: readonly (readonly [string, string, string, string])[] = [
    ["what the helper imports", "_lib/deep.ts", 'export const word = "new";', "new1"],
    ["JSON that the helper imports", "_lib/data.json", '{ "n": 2 }', "old2"],
    ["the helper itself", "_lib/top.ts", 'export const top = () => "rewritten";', "rewritten"],
  ];

  test.each(CHANGES)(
    "every script is fresh on its next request after a write of %s",
    async (_what, path, content, text) => {
      await using app = await scriptApp(CHAIN);
      for (const each of SCRIPTS) expect([each, await ask(app, each)]).toEqual([each, "old1"]);
      await app.write(path, content);
      for (const each of SCRIPTS) expect([each, await ask(app, each)]).toEqual([each, text]);
    },
  );

  test.each(CHANGES)(
    "every script is fresh after a change on disk of %s",
    async (_what, path, content, text) => {
      await using app = await scriptApp(CHAIN);
      for (const each of SCRIPTS) expect([each, await ask(app, each)]).toEqual([each, "old1"]);
      await app.save({ [`default/1/${path}`]: content });
      for (const each of SCRIPTS) expect([each, await ask(app, each)]).toEqual([each, text]);
    },
  );

  test("a helper that nothing changed keeps its state when another one changes", async () => {
    await using app = await scriptApp({
      "default/1/a.ts":
        'import { next } from "./_lib/counter.ts";\nimport { word } from "./_lib/word.ts";\nreturn word + next();',
      "default/1/_lib/counter.ts": COUNTER,
      "default/1/_lib/word.ts": 'export const word = "old";',
    });
    expect(await ask(app, "/a")).toBe("old1");
    await app.write("_lib/word.ts", 'export const word = "new";');
    expect(await ask(app, "/a")).toBe("new2");
  });

  test("a changed helper begins with fresh state", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { next } from "./_lib/counter.ts";\nreturn next();',
      "default/1/_lib/counter.ts": COUNTER,
    });
    await ask(app, "/a");
    await app.write("_lib/counter.ts", `${COUNTER}\n// changed`);
    expect(await ask(app, "/a")).toBe("1");
  });

  test("a helper in a cycle that changes is fresh for everybody in it", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { even } from "./_lib/even.ts";\nreturn [even(2)];',
      "default/1/_lib/even.ts": HELPERS["default/1/_lib/even.ts"],
      "default/1/_lib/odd.ts": HELPERS["default/1/_lib/odd.ts"],
    });
    expect(await ask(app, "/a")).toBe("[true]");
    await app.write("_lib/odd.ts", "export const odd = () => 'changed';");
    expect(await ask(app, "/a")).toBe('["changed"]');
  });

  test("a helper that was absent is found once it is there", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { word } from "./_lib/word.ts";\nreturn word;',
    });
    expect((await app.ask("/a")).status).toBe(500);
    await app.write("_lib/word.ts", 'export const word = "there";');
    expect(await ask(app, "/a")).toBe("there");
  });

  test("a helper that would win by its ending is taken once it is there", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { word } from "./_lib/word";\nreturn word;',
      "default/1/_lib/word.js": 'export const word = "js";',
    });
    expect(await ask(app, "/a")).toBe("js");
    await app.write("_lib/word.ts", 'export const word = "ts";');
    expect(await ask(app, "/a")).toBe("ts");
  });

  test("a deleted helper is missed on the next request", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { word } from "./_lib/word.ts";\nreturn word;',
      "default/1/_lib/word.ts": 'export const word = "there";',
    });
    expect(await ask(app, "/a")).toBe("there");
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=_lib/word.ts&confirm=true");
    expect((await app.ask("/a")).status).toBe(500);
  });

  test("a directory of helpers that is gone is missed on the next request", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { word } from "./_lib/word.ts";\nreturn word;',
      "default/1/_lib/word.ts": 'export const word = "there";',
    });
    expect(await ask(app, "/a")).toBe("there");
    await rm(join(app.scripts.path, "default/1/_lib"), { recursive: true });
    app.services.scripts.changes.emit({ kind: "removed", file: "default/1/_lib", origin: "disk" });
    expect((await app.ask("/a")).status).toBe(500);
  });

  test("a helper that throws is tried again on the next request", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { word } from "./_lib/word.ts";\nreturn word;',
      "default/1/_lib/word.ts":
        'if (fs.existsSync(__dirname + "/off")) throw new Error("off");\nexport const word = "on";',
      "default/1/_lib/off": "",
    });
    expect((await app.ask("/a")).text).toContain("off");
    await rm(join(app.scripts.path, "default/1/_lib/off"));
    expect(await ask(app, "/a")).toBe("on");
  });

  test("a helper with top-level await runs once for requests that arrive together", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { n } from "./_lib/waits.ts";\nreturn n;',
      "default/1/_lib/waits.ts":
        'import { next } from "./counter.ts";\nawait Bun.sleep(5);\nexport const n = next();',
      "default/1/_lib/counter.ts": COUNTER,
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(app, "/a")));
    expect(answers).toEqual(["1", "1", "1", "1", "1"]);
  });

  test("cache/clear drops the state of helpers", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'import { next } from "./_lib/counter.ts";\nreturn next();',
      "default/1/_lib/counter.ts": COUNTER,
    });
    expect([await ask(app, "/a"), await ask(app, "/a")]).toEqual(["1", "2"]);
    await app.call("POST", "/api/v1/exec/cache/clear", { clearAll: true });
    expect(await ask(app, "/a")).toBe("1");
  });
});

test("a helper that only another helper imports is missed once it is deleted, and fresh once it is back", async () => {
  await using app = await scriptApp({
    "default/1/a.ts": 'import { v } from "./_m"; return v();',
    "default/1/_m.ts": 'export { v } from "./_u";',
    "default/1/_u.ts": 'export const v = () => "one";',
  });
  expect((await app.ask("/a")).text).toBe("one");
  await app.call("DELETE", "/api/v1/exec/scripts/delete?path=_u.ts&confirm=true");
  expect((await app.ask("/a")).status).toBe(500);
  await app.write("_u.ts", 'export const v = () => "two";');
  expect((await app.ask("/a")).text).toBe("two");
});

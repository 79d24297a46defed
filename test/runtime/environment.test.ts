import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

const SHOW = "const { A, B, C, D } = process.env; return { A, B, C, D }";

describe("process.env of a script", () => {
  test("is the process's, then every _default.env from the root down, then its own file; the nearest wins", async () => {
    await using app = await scriptApp(
      {
        "_default.env": "B=root\nC=root\nD=root",
        "default/1/_default.env": "C=deployment\nD=deployment",
        "default/1/api/show.env": "D=script",
        "default/1/api/show.ts": SHOW,
      },
      [],
      { env: { A: "process", B: "process", C: "process", D: "process" } },
    );
    expect((await app.ask("/api/show")).json).toEqual({
      A: "process",
      B: "root",
      C: "deployment",
      D: "script",
    });
  });

  test("does not leak to scripts beside, below other directories or in other deployments", async () => {
    await using app = await scriptApp({
      "default/1/one.env": "A=one",
      "default/1/one.ts": SHOW,
      "default/1/two.ts": SHOW,
      "default/1/sub/_default.env": "B=sub",
      "default/1/sub/x.ts": SHOW,
      "default/2/one.ts": SHOW,
    });
    const other = { headers: { host: "abc-def-exec-2.node.example" } };
    expect((await app.ask("/one")).json).toEqual({ A: "one" });
    expect((await app.ask("/two")).json).toEqual({});
    expect((await app.ask("/sub/x")).json).toEqual({ B: "sub" });
    expect((await app.ask("/one", other)).json).toEqual({});
    expect(process.env["A"]).toBeUndefined();
  });

  test.each(["", "// @mode worker\n", "globalThis.touched = eval('1');\n"])(
    "is the same in every kind of context, and as Bun.env (%j)",
    async (head) => {
      await using app = await scriptApp({
        "default/1/a.env": "A=mine",
        "default/1/a.ts": `${head}return [process.env.A, Bun.env.A, require("process").env.A]`,
        "default/1/b.ts": `${head}return process.env.A ?? null`,
      });
      expect((await app.ask("/a")).json).toEqual(["mine", "mine", "mine"]);
      expect((await app.ask("/b")).status).toBe(204);
    },
  );

  test("what a script assigns is seen by no other script, and never by the process", async () => {
    await using app = await scriptApp({
      "default/1/set.ts": 'process.env.A = "assigned"; return process.env.A ?? null',
      "default/1/show.ts": SHOW,
      "default/1/worker.ts": `// @mode worker\n${SHOW}`,
    });
    await app.ask("/set");
    expect((await app.ask("/show")).json).toEqual({});
    expect((await app.ask("/worker")).json).toEqual({});
    expect(process.env["A"]).toBeUndefined();
  });

  test("so it is with what it assigns to Bun.env", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": 'const { env } = Bun; const was = env.A ?? null; env.A = "assigned"; return { was }',
      "default/1/b.ts": 'return { was: require("bun").env.A ?? null }',
    });
    for (const path of ["/a", "/a", "/b"]) expect((await app.ask(path)).json).toEqual({ was: null });
  });

  test("a program it starts has the same, unless told otherwise", async () => {
    const printed = (spawn: string) =>
      `const child = ${spawn}; return (typeof child.stdout === "object" && "getReader" in child.stdout ? await new Response(child.stdout).text() : child.stdout.toString()).trim()`;
    await using app = await scriptApp({
      "default/1/_default.env": "A=mine",
      "default/1/sync.ts": printed('Bun.spawnSync(["sh", "-c", "echo $A"])'),
      "default/1/object.ts": printed('Bun.spawnSync({ cmd: ["sh", "-c", "echo $A"] })'),
      "default/1/async.ts": printed('Bun.spawn(["sh", "-c", "echo $A"], { stdout: "pipe" })'),
      "default/1/module.ts": printed('require("bun").spawnSync(["sh", "-c", "echo $A"])'),
      "default/1/own.ts": printed('Bun.spawnSync(["/bin/sh", "-c", "echo $A"], { env: { A: "own" } })'),
    });
    for (const path of ["/sync", "/object", "/async", "/module"]) {
      expect((await app.ask(path)).text).toBe("mine");
    }
    expect((await app.ask("/own")).text).toBe("own");
  });

  test("a value is never a program: names of Object.prototype and quotes stay text", async () => {
    await using app = await scriptApp({
      "default/1/a.env": "A=\"two words\" # note\nB='$A'\n__proto__=x\nC=",
      "default/1/a.ts": `return { ...(${"(() => { const { A, B, C } = process.env; return { A, B, C } })()"}), own: Object.getPrototypeOf({}) === Object.prototype }`,
    });
    expect((await app.ask("/a")).json).toEqual({ A: "two words", B: "$A", C: "", own: true });
  });
});

describe("a changed environment file", () => {
  test("is read for the next request: written, changed, moved up, gone", async () => {
    await using app = await scriptApp({ "default/1/show.ts": SHOW });
    expect((await app.ask("/show")).json).toEqual({});
    await app.save({ "default/1/show.env": "A=1" });
    expect((await app.ask("/show")).json).toEqual({ A: "1" });
    await app.save({ "default/1/show.env": "A=2" });
    expect((await app.ask("/show")).json).toEqual({ A: "2" });
    await app.save({ "default/1/_default.env": "B=3" });
    expect((await app.ask("/show")).json).toEqual({ A: "2", B: "3" });
    await rm(join(app.scripts.path, "default/1/show.env"));
    app.services.scripts.changes.emit({ kind: "removed", file: "default/1/show.env", origin: "disk" });
    expect((await app.ask("/show")).json).toEqual({ B: "3" });
  });

  test("is noticed on disk without anybody telling", async () => {
    await using app = await scriptApp({ "default/1/show.env": "A=1", "default/1/show.ts": SHOW });
    expect((await app.ask("/show")).json).toEqual({ A: "1" });
    await app.scripts.write({ "default/1/show.env": "A=2" });
    await until(
      async () => (await app.ask("/show")).json,
      ({ A }) => A === "2",
    );
  });
});

describe("process and Bun", () => {
  const SHOW_BOTH = `const node = require("process"), bun = require("bun");
return [process.argv[1], Bun.argv[1], node.argv[1], bun.argv[1]]`;

  test("name the script by its absolute path, however they are reached", async () => {
    await using app = await scriptApp({ "default/1/a.js": SHOW_BOTH });
    const path = `${app.scripts.path}/default/1/a.js`;
    expect((await app.ask("/a")).json).toEqual([path, path, path, path]);
  });

  test("share the environment: what a script sets is there for what it starts", async () => {
    await using app = await scriptApp({
      "default/1/a.js": `// @mode worker
process.env.FOO = "1";
return [Bun.env.FOO, Bun.spawnSync(["sh", "-c", "printf %s $FOO"]).stdout.toString()]`,
    });
    expect((await app.ask("/a")).json).toEqual(["1", "1"]);
    expect(process.env["FOO"]).toBeUndefined();
  });
});

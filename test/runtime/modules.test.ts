import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";
import { type ScriptRow, scriptRows } from "../support/script-rows.ts";

/** TABLE: how a script gets at a module's exports; `m` is what it then looks at. */
const WAYS: Readonly<Record<string, (specifier: string) => string>> = {
  require: (specifier) => `const m = require("${specifier}");`,
  "import * as": (specifier) => `import * as m from "${specifier}";`,
  "import()": (specifier) => `const m = await import("${specifier}");`,
};

const HELPERS = {
  "default/1/_lib/esm.ts": "export const n: number = 1;\nexport default function () { return 'default'; }",
  "default/1/_lib/esm-js.js": "export const n = 1;\nexport default () => 'default';",
  "default/1/_lib/cjs.js": "exports.n = 1;\nexports.default = () => 'default';\nexports.__esModule = true;",
  "default/1/_lib/cjs-ts.ts":
    "const n: number = 1;\nexports.n = n;\nexports.default = () => 'default';\nexports.__esModule = true;",
  "default/1/_lib/enums.ts":
    "export enum E { A = 1 }\nexport const n = E.A;\nexport default () => 'default';",
  "default/1/_lib/folder/index.ts": "export { n } from '../esm.ts';\nexport { default } from '../esm.ts';",
  "default/1/_lib/data.json": '{ "n": 1 }',
  "default/1/_lib/both.ts": "export const kind = 'ts';",
  "default/1/_lib/both.js": "export const kind = 'js';",
  "default/1/_lib/plain.cjs": "module.exports = { n: 1 };",
  "default/1/_lib/plain.mjs": "export const n = 1;",
  "default/1/_lib/star.ts": "export * from './esm.ts';\nexport const own = 2;",
  "default/1/_lib/named.ts":
    "export * as inner from './esm.ts';\nexport { n as renamed, default as made } from './esm.ts';",
  "default/1/_lib/shadow.ts": "export * from './esm.ts';\nexport const n = 'own';",
  "default/1/_lib/live.ts": "export let count = 0;\nexport function grow() { count++; }",
  "default/1/_lib/waits.ts": "export const n = await Promise.resolve(1);\nexport default () => 'default';",
  "default/1/_lib/over-waits.ts": "export { n } from './waits.ts';",
  "default/1/_lib/even.ts":
    "import { odd } from './odd.ts';\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);",
  "default/1/_lib/odd.ts":
    "import { even } from './even.ts';\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);",
  "default/1/_lib/cycle-a.js":
    "exports.early = 'a';\nconst b = require('./cycle-b.js');\nexports.seen = b.seen;",
  "default/1/_lib/cycle-b.js": "exports.seen = require('./cycle-a.js').early;",
  "default/1/_lib/throws.ts": "throw new Error('broken helper');",
  "default/1/_lib/wants.ts": "import { absent } from './nowhere.ts';\nexport default absent;",
  "default/1/_lib/function.js": "module.exports = (a) => a + 1;",
  "default/1/_lib/names.ts":
    "export const where = [typeof console.log, typeof require, typeof process.env, typeof Bun.$, typeof fs.readFileSync, __filename.slice(-8), typeof setTimeout];",
  "default/1/_lib/meta.ts": "export const { file, dir, url } = import.meta;",
  "default/1/_lib/class.ts":
    "export class Box { constructor(readonly v: unknown) {} }\nexport const error = new TypeError('t');",
  "default/1/_lib/typed.ts": "export type A = number;\nexport interface B { a: A }\nexport const n: A = 1;",
  "default/1/_lib/uses-json.ts": "import data from './data.json';\nexport const { n } = data;",
  "default/1/_lib/decorated.ts":
    "const tag = (target: any) => { target.tag = 1; };\n@tag export class A { static tag: number }",
  "shared-lib/util.ts": "export const n = 'from the root';",
};

describe("helpers, by every way in", () => {
  const files = [
    "esm.ts",
    "esm-js.js",
    "cjs.js",
    "cjs-ts.ts",
    "enums.ts",
    "esm",
    "cjs",
    "folder",
    "folder/index.ts",
    "esm.js",
  ];
  scriptRows(
    Object.fromEntries(
      Object.entries(WAYS).flatMap(([way, load]) => [
        ...files.map((file) => [
          `${way} of ${file}`,
          {
            script: `${load(`./_lib/${file}`)}\nreturn { n: m.n, d: typeof m.default };`,
            json: { n: 1, d: "function" },
          } satisfies ScriptRow,
        ]),
        [
          `${way} of JSON`,
          { script: `${load("./_lib/data.json")}\nreturn [m.n];`, json: [1] } satisfies ScriptRow,
        ],
        [
          `${way} of .cjs`,
          { script: `${load("./_lib/plain.cjs")}\nreturn [m.n];`, json: [1] } satisfies ScriptRow,
        ],
        [
          `${way} of .mjs`,
          { script: `${load("./_lib/plain.mjs")}\nreturn [m.n];`, json: [1] } satisfies ScriptRow,
        ],
        [
          `${way} without ending prefers .ts`,
          { script: `${load("./_lib/both")}\nreturn m.kind;`, text: "ts" } satisfies ScriptRow,
        ],
        [
          `${way} from above the deployment`,
          {
            script: `${load("../../shared-lib/util")}\nreturn m.n;`,
            text: "from the root",
          } satisfies ScriptRow,
        ],
        [
          `${way} of a helper that imports JSON`,
          { script: `${load("./_lib/uses-json.ts")}\nreturn [m.n];`, json: [1] } satisfies ScriptRow,
        ],
        [
          `${way} of a helper with types`,
          { script: `${load("./_lib/typed.ts")}\nreturn [m.n];`, json: [1] } satisfies ScriptRow,
        ],
        [
          `${way} of a helper with decorators`,
          { script: `${load("./_lib/decorated.ts")}\nreturn [m.A.tag];`, json: [1] } satisfies ScriptRow,
        ],
      ]),
    ),
    HELPERS,
  );
});

describe("what modules export", () => {
  scriptRows(
    {
      "a default import": { script: 'import d from "./_lib/esm.ts";\nreturn d();', text: "default" },
      "a default import of CommonJS compiled from ESM": {
        script: 'import d from "./_lib/cjs.js";\nreturn d();',
        text: "default",
      },
      "a default import of CommonJS is module.exports": {
        script: 'import add from "./_lib/function.js";\nreturn [add(1)];',
        json: [2],
      },
      "a default import of JSON is the value": {
        script: 'import data from "./_lib/data.json";\nreturn data;',
        json: { n: 1 },
      },
      "import() of CommonJS has it as default": {
        script: 'const m = await import("./_lib/function.js");\nreturn [m.default(1)];',
        json: [2],
      },
      "import() of JSON has it as default": {
        script: 'const m = await import("./_lib/data.json");\nreturn m.default;',
        json: { n: 1 },
      },
      "a name that is not exported fails by its name": {
        script: 'import { nope } from "./_lib/esm.ts";\nreturn nope;',
        status: 500,
        text: /"\.\/_lib\/esm\.ts" does not export "nope"/,
      },
      "export * carries names, not the default": {
        script: 'import * as m from "./_lib/star.ts";\nreturn Object.keys(m).sort();',
        json: ["n", "own"],
      },
      "an own export wins over export *": {
        script: 'import { n } from "./_lib/shadow.ts";\nreturn n;',
        text: "own",
      },
      "re-exports under other names": {
        script: 'import { inner, renamed, made } from "./_lib/named.ts";\nreturn [inner.n, renamed, made()];',
        json: [1, 1, "default"],
      },
      "an imported name that changes is read anew": {
        script:
          'import { count, grow } from "./_lib/live.ts";\nconst before = count; grow();\nreturn [count - before];',
        json: [1],
      },
      "a member of a namespace that changes is read anew": {
        script:
          'import * as live from "./_lib/live.ts";\nconst before = live.count; live.grow();\nreturn [live.count - before];',
        json: [1],
      },
      "a name re-exported by a script of its own": {
        script: 'export { handle as default } from "./_lib/handler.ts";',
        text: "handled",
      },
      "ES modules in a cycle": {
        script: 'import { even } from "./_lib/even.ts";\nreturn [even(10), even(7)];',
        json: [true, false],
      },
      "CommonJS modules in a cycle see what is there": {
        script: 'const a = require("./_lib/cycle-a.js");\nreturn a.seen;',
        text: "a",
      },
      "a helper with top-level await": {
        script: 'import { n } from "./_lib/waits.ts";\nreturn [n];',
        json: [1],
      },
      "a helper over one with top-level await": {
        script: 'import { n } from "./_lib/over-waits.ts";\nreturn [n];',
        json: [1],
      },
      "import() of a helper with top-level await": {
        script: 'return [(await import("./_lib/waits.ts")).n];',
        json: [1],
      },
      "require of a helper with top-level await is refused with the way out": {
        script: 'return require("./_lib/waits-too.ts").n;',
        status: 500,
        text: /awaits at its top level; load it with import/,
      },
      "instances of a helper's class are recognised": {
        script:
          'import { Box, error } from "./_lib/class.ts";\nreturn [new Box(1) instanceof Box, error instanceof Error];',
        json: [true, true],
      },
      "an error of a helper has the class that the script knows": {
        script:
          'import { error } from "./_lib/class.ts";\nclass Own extends TypeError {}\nreturn [error instanceof TypeError, error instanceof RangeError, error instanceof Own, new Own() instanceof TypeError, Object.create(null) instanceof TypeError];',
        json: [true, false, false, true, false],
      },
      "an error of the runtime has the class that the script knows": {
        script:
          "const thrownBy = (run) => { try { run(); } catch (error) { return error; } };\nreturn [thrownBy(() => new URL('x')) instanceof TypeError, thrownBy(() => null.x) instanceof TypeError, thrownBy(() => Buffer.alloc(-1)) instanceof RangeError, thrownBy(() => JSON.parse('{')) instanceof SyntaxError];",
        ending: "js",
        json: [true, true, true, true],
      },
      "an error of the runtime has that class in a fresh context as well": {
        script:
          "Array.prototype.left = 1;\ntry { new URL('x'); } catch (error) { return [error instanceof TypeError, error instanceof RangeError]; }",
        json: [true, false],
      },
      "injected names inside a helper": {
        script: 'import { where } from "./_lib/names.ts";\nreturn where;',
        json: ["function", "function", "object", "function", "function", "names.ts", "function"],
      },
      "import.meta of a helper": {
        script:
          'import { file, dir, url } from "./_lib/meta.ts";\nreturn [file, dir === __dirname + "/_lib", url === "file://" + dir + "/meta.ts"];',
        json: ["meta.ts", true, true],
      },
    },
    {
      ...HELPERS,
      "default/1/_lib/handler.ts": "export const handle = () => 'handled';",
      "default/1/_lib/waits-too.ts": "await null;\nexport const n = 1;",
    },
  );
});

describe("import.meta and require", () => {
  scriptRows(
    {
      "import.meta names the script's own file": {
        script:
          "const { url, filename, dirname, path, dir, file } = import.meta;\nreturn [url === 'file://' + __filename, filename === __filename, dirname === __dirname, path === __filename, dir === __dirname, __filename.endsWith('/' + file)];",
        json: [true, true, true, true, true, true],
      },
      "import.meta.require and resolve": {
        script:
          'return [import.meta.require("./_lib/esm.ts").n, import.meta.resolve("./_lib/esm.ts") === __dirname + "/_lib/esm.ts"];',
        json: [1, true],
      },
      "require.resolve": {
        script:
          'return [require.resolve("./_lib/esm") === __dirname + "/_lib/esm.ts", require.resolve("fs")];',
        json: [true, "fs"],
      },
      "a computed require": {
        script: 'const name = "esm";\nreturn [require("./_lib/" + name + ".ts").n];',
        json: [1],
      },
      "a computed import()": {
        script: 'const name = "esm";\nreturn [(await import("./_lib/" + name + ".ts")).n];',
        json: [1],
      },
      "require inside a handler": {
        script: 'module.exports = () => [require("./_lib/esm.ts").n];',
        json: [1],
      },
      "an absolute path": { script: 'return [require(__dirname + "/_lib/esm.ts").n];', json: [1] },
      "require of what is no string": { script: "return require(1);", status: 500, text: /must be a string/ },
    },
    HELPERS,
  );
});

describe("built-ins", () => {
  scriptRows({
    ...Object.fromEntries(
      Object.entries(WAYS).flatMap(([way, load]) =>
        [
          ["node:fs", "existsSync"],
          ["fs", "existsSync"],
          ["node:fs/promises", "readFile"],
          ["node:crypto", "createHmac"],
          ["path", "join"],
          ["node:os", "cpus"],
          ["util", "inspect"],
          ["node:events", "EventEmitter"],
          ["node:child_process", "spawn"],
          ["bun:sqlite", "Database"],
          ["bun", "serve"],
        ].map(([name, member]) => [
          `${way} of ${name}`,
          {
            script: `${load(name as string)}\nreturn typeof m.${member};`,
            ending: "js",
            text: "function",
          } satisfies ScriptRow,
        ]),
      ),
    ),
    "a default import of a built-in": {
      script: 'import fs from "node:fs";\nreturn typeof fs.existsSync;',
      text: "function",
    },
    "process of a script has its own environment": {
      script: 'const { env } = require("node:process");\nreturn typeof env.PATH;',
      text: "undefined",
    },
    "a change to a built-in is not seen by the next request": {
      script: 'const path = require("path");\nconst before = path.sep;\npath.sep = "x";\nreturn before;',
      text: "/",
    },
  });
});

describe("packages", () => {
  const PACKAGES = {
    "node_modules/fake-cjs/package.json": '{ "name": "fake-cjs", "version": "1.2.3", "main": "lib/main.js" }',
    "node_modules/fake-cjs/lib/main.js":
      "const inner = require('./inner');\nmodule.exports = { name: 'cjs', inner };",
    "node_modules/fake-cjs/lib/inner.js": "exports.deep = true;",
    "node_modules/fake-esm/package.json":
      '{ "name": "fake-esm", "version": "2.0.0", "type": "module", "exports": { ".": "./index.js", "./sub": "./sub.js" } }',
    "node_modules/fake-esm/index.js": "export const name = 'esm';\nexport default () => 'default';",
    "node_modules/fake-esm/sub.js": "export const name = 'sub';",
    "node_modules/@scope/pkg/package.json": '{ "name": "@scope/pkg", "version": "1.0.0" }',
    "node_modules/@scope/pkg/index.js": "exports.name = 'scoped';",
    "node_modules/fake-data/package.json": '{ "name": "fake-data", "version": "1.0.0" }',
    "node_modules/fake-data/data.json": '{ "name": "json" }',
  };
  scriptRows(
    {
      ...Object.fromEntries(
        Object.entries(WAYS).flatMap(([way, load]) =>
          [
            ["fake-cjs", "cjs"],
            ["fake-esm", "esm"],
            ["fake-esm/sub", "sub"],
            ["@scope/pkg", "scoped"],
            ["fake-data/data.json", "json"],
          ].map(([name, text]) => [
            `${way} of ${name}`,
            { script: `${load(name as string)}\nreturn m.name;`, text: text as string } satisfies ScriptRow,
          ]),
        ),
      ),
      "a default import of an ES module": {
        script: 'import d from "fake-esm";\nreturn d();',
        text: "default",
      },
      "a default import of CommonJS": {
        script: 'import d from "fake-cjs";\nreturn d;',
        json: { name: "cjs", inner: { deep: true } },
      },
      "a named import of CommonJS": {
        script: 'import { inner } from "fake-cjs";\nreturn inner;',
        json: { deep: true },
      },
      "zod comes with the server": {
        script: 'const { z } = require("zod");\nreturn typeof z.object;',
        text: "function",
      },
      "an absent package names itself, the script and the way out": {
        script: 'return require("not-there");',
        status: 500,
        text: /Cannot find module "not-there" from "default\/1\/row-\d+-..\...": .*bun add not-there/,
      },
      "an absent package in a static import names itself": {
        script: 'import x from "not-there";\nreturn x;',
        status: 500,
        text: /Cannot find module "not-there"/,
      },
      "a versioned specifier is refused": {
        script: 'return require("fake-cjs@1.2.3");',
        status: 500,
        text: /Cannot find module "fake-cjs@1\.2\.3".*version/,
      },
      "a versioned specifier of a scope is refused": {
        script: 'return require("@scope/pkg@1");',
        status: 500,
        text: /Cannot find module "@scope\/pkg@1".*version/,
      },
      "a package of the server itself is not there": {
        script: 'return require("hono");',
        status: 500,
        text: /Cannot find module "hono"/,
      },
    },
    PACKAGES,
  );
});

describe("what goes wrong", () => {
  scriptRows(
    {
      "an absent helper names itself and the script": {
        script: 'return require("./_lib/nowhere");',
        status: 500,
        text: /Cannot find module "\.\/_lib\/nowhere" from "default\/1\/row-0-..\..."/,
      },
      "an absent helper in import() can be caught": {
        script: 'try { await import("./nowhere.ts"); } catch (error) { return error.code; }',
        text: "MODULE_NOT_FOUND",
      },
      "an absent helper of a helper names the helper": {
        script: 'import x from "./_lib/wants.ts";\nreturn x;',
        status: 500,
        text: /Cannot find module "\.\/nowhere\.ts" from "default\/1\/_lib\/wants\.ts"/,
      },
      "a throw in a helper names the helper's file and line": {
        script: 'require("./_lib/throws.ts");',
        status: 500,
        text: /broken helper\n {2}at default\/1\/_lib\/throws\.ts:1:/,
      },
      "a mistake in a helper names the helper's file": {
        script: 'require("./_lib/mistake.js");',
        status: 500,
        text: /default\/1\/_lib\/mistake\.js:1:7/,
      },
      "broken JSON names its file": {
        script: 'return require("./_lib/broken.json");',
        status: 500,
        text: /default\/1\/_lib\/broken\.json/,
      },
    },
    { ...HELPERS, "default/1/_lib/mistake.js": "const = 1;", "default/1/_lib/broken.json": "{oops" },
  );
});

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

describe("packages that change built-ins while they are loaded work as everywhere", () => {
  const install = (name: string, source: string) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
    [`node_modules/${name}/index.js`]: source,
  });

  test.each([
    [
      "an extension of String.prototype",
      "String.prototype.shout = function () { return this + '!' }; exports.run = () => 'a'.shout();",
    ],
    ["a new member of Reflect", "Reflect.tag = () => 'a!'; exports.run = () => Reflect.tag();"],
    [
      "bind on a function of its own",
      "const Router = () => 1; Router.bind = () => 'a!'; exports.run = () => Router.bind();",
    ],
    [
      "constructor and toString on a prototype of its own",
      "function A() {} A.prototype = Object.create(Map.prototype); A.prototype.constructor = A; A.prototype.toString = () => 'a!'; exports.run = () => { if (new A().constructor !== A) throw 1; return String(new A()); };",
    ],
  ])("%s", async (_name, source) => {
    await using app = await scriptApp({
      ...install("patcher", `"use strict"; ${source}`),
      "default/1/a.js": "return require('patcher').run();",
      "default/1/fresh.js": "Object.prototype.x = 1; return require('patcher').run();",
    });
    for (const path of ["/a", "/fresh", "/a"]) expect(await (await app.fetch(path)).text()).toBe("a!");
  });
});

test("require takes a package's CommonJS build, import its ES module", async () => {
  await using app = await scriptApp({
    "node_modules/dual/package.json": JSON.stringify({
      name: "dual",
      version: "1.0.0",
      exports: { import: "./esm.mjs", require: "./cjs.cjs" },
    }),
    "node_modules/dual/esm.mjs": "export default 'esm';",
    "node_modules/dual/cjs.cjs": "module.exports = 'cjs';",
    "default/1/a.js": "return require('dual');",
    "default/1/b.js": "import dual from 'dual'; return dual;",
  });
  expect([(await app.ask("/a")).text, (await app.ask("/b")).text]).toEqual(["cjs", "esm"]);
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

import { describe } from "bun:test";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";
import { HELPERS, WAYS } from "./helpers.ts";

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

import { describe } from "bun:test";
import { scriptRows } from "../../support/script-rows.ts";
import { HELPERS } from "./helpers.ts";

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

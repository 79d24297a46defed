import { describe } from "bun:test";
import { scriptRows } from "../../support/script-rows.ts";

describe("static imports", () => {
  scriptRows(
    {
      "an import together with a top-level return": {
        script: 'import { basename } from "node:path";\nreturn basename("/a/b.txt");',
        text: "b.txt",
      },
      "a default import together with a top-level return": {
        script: 'import os from "os";\nreturn typeof os.cpus;',
        text: "function",
      },
      "a namespace import together with a top-level return": {
        script: 'import * as path from "node:path";\nreturn path.join("a", "b");',
        text: "a/b",
      },
      "an import under another name": {
        script: 'import { join as glue } from "node:path";\nreturn glue("a", "b");',
        text: "a/b",
      },
      "an import of a default and of names": {
        script: 'import path, { join } from "node:path";\nreturn path.join === join;',
        text: "true",
      },
      "an import for its effect": {
        script: 'import "./_lib/effect.js";\nreturn shared === undefined ? "" : "ran";',
        text: "ran",
      },
      "an import below the code that uses it": {
        script: 'return join("a", "b");\nimport { join } from "node:path";',
        text: "a/b",
      },
      "an import together with module.exports": {
        script: 'import { join } from "node:path";\nmodule.exports = () => join("a", "b");',
        text: "a/b",
      },
      "an import together with export default and await": {
        script: 'import { join } from "node:path";\nconst a = await "a";\nexport default () => join(a, "b");',
        text: "a/b",
      },
      "an import of an injected name": {
        script: 'import crypto from "node:crypto";\nreturn typeof crypto.createHmac;',
        text: "function",
      },
      "an import of JSON with its attribute": {
        script: 'import data from "./_lib/data.json" with { type: "json" };\nreturn data;',
        json: { n: 7 },
      },
      "imports on one line": {
        script:
          'import { join } from "node:path"; import { EOL } from "node:os"; return join("a", "b") + EOL;',
        text: "a/b\n",
      },
      "an import over several lines": {
        script: 'import {\n  join,\n  basename,\n} from "node:path";\nreturn basename(join("a", "b"));',
        text: "b",
      },
    },
    {
      "default/1/_lib/effect.js": "globalThis.effect = true;",
      "default/1/_lib/data.json": '{"n":7}',
    },
  );
});

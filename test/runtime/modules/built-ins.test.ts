import { describe } from "bun:test";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";
import { WAYS } from "./helpers.ts";

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

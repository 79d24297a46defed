import { describe } from "bun:test";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";

/** Every name that is injected (script-runtime.md §5), and globals of the runtime that scripts often shadow. */
const INJECTED = [
  ..."req res metadata shared console require module exports ws mainResult state z".split(" "),
  ..."crypto fs path $ Database ai openai model generateText streamText generateObject".split(" "),
  ..."Bun process Buffer fetch URL Response Request Headers performance setTimeout queueMicrotask".split(" "),
  ..."__dirname __filename global self".split(" "),
];

describe("every injected name may be declared again", () => {
  const row = (script: string): ScriptRow => ({ script, json: ["own"] });
  scriptRows(
    Object.fromEntries(
      INJECTED.flatMap((name) => [
        [`const ${name}`, row(`const ${name} = "own";\nreturn [${name}];`)],
        [`let ${name}`, row(`let ${name};\n${name} = "own";\nreturn [${name}];`)],
        [`var ${name}`, row(`var ${name} = "own";\nreturn [${name}];`)],
        [`function ${name}`, row(`return [${name}()];\nfunction ${name}() { return "own"; }`)],
        [`class ${name}`, row(`class ${name} { static own = "own"; }\nreturn [${name}.own];`)],
        [`import of ${name}`, row(`import { own as ${name} } from "./_lib/own.js";\nreturn [${name}];`)],
      ]),
    ),
    { "default/1/_lib/own.js": 'export const own = "own";' },
  );
});

describe("every injected name may be declared again beside a handler", () => {
  const handled = INJECTED.filter((name) => name !== "module" && name !== "exports");
  scriptRows(
    Object.fromEntries(
      handled.flatMap((name) => [
        [
          `const ${name} = require() and module.exports`,
          {
            script: `const ${name} = "own";\nmodule.exports = () => [${name}];`,
            json: ["own"],
          } satisfies ScriptRow,
        ],
        [
          `const ${name} and export default`,
          {
            script: `const ${name} = "own";\nexport default () => [${name}];`,
            json: ["own"],
          } satisfies ScriptRow,
        ],
      ]),
    ),
  );
});

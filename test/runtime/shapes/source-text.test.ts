import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";
import { scriptRows } from "../../support/script-rows.ts";

describe("files as editors and models leave them", () => {
  scriptRows({
    "a Markdown fence": { script: "```js\nreturn { a: 1 };\n```\n", json: { a: 1 } },
    "a Markdown fence with a language of TypeScript": {
      script: "```typescript\nconst a: number = 1;\nreturn { a };\n```",
      json: { a: 1 },
    },
    "a Markdown fence without a language": { script: "```\nreturn { a: 1 };\n```", json: { a: 1 } },
    "a shebang": { script: "#!/usr/bin/env bun\nreturn { a: 1 };", json: { a: 1 } },
    "a byte order mark": { script: "\uFEFFreturn { a: 1 };", json: { a: 1 } },
    "a byte order mark before a shebang": {
      script: "\uFEFF#!/usr/bin/env bun\nreturn { a: 1 };",
      json: { a: 1 },
    },
    "CRLF line ends": { script: "// first\r\nconst a = 1;\r\nreturn { a };\r\n", json: { a: 1 } },
    "CRLF inside a template is a line feed": { script: "return `a\r\nb`;", text: "a\nb" },
    '"use strict" is obeyed': {
      script: '"use strict";\nreturn [(function () { return this === undefined; })()];',
      json: [true],
    },
    "without it functions are sloppy": {
      script: "return [(function () { return this === undefined; })()];",
      json: [false],
    },
    '"use strict" and a redeclared name': {
      script: '"use strict";\nconst crypto = "own";\nreturn [crypto];',
      json: ["own"],
    },
    "a comment before every statement": {
      script: "/* a */ return /* b */ { a: 1 } /* c */ ; // d",
      json: { a: 1 },
    },
    "an HTML comment stays text": { script: "return '<!-- x -->';", text: "<!-- x -->" },
    "letters beyond ASCII": { script: "const größe = '✓';\nreturn größe;", text: "✓" },
    "strings that look like exports": {
      script: "return 'module.exports = 1; export default 2';",
      text: /export default 2/,
    },
  });
});

test("the stored file is never rewritten", async () => {
  const source = "```ts\nimport { join } from 'node:path';\nmodule.exports = () => join('a', 'b');\n```\n";
  await using app = await scriptApp({});
  await app.write("kept.ts", source);
  expect((await app.ask("/kept")).text).toBe("a/b");
  expect(await Bun.file(`${app.scripts.path}/default/1/kept.ts`).text()).toBe(source);
});

import { describe } from "bun:test";
import { scriptRows } from "../../support/script-rows.ts";

describe("top-level statements", () => {
  scriptRows({
    "a top-level return is the answer": { script: "return { a: 1 };", json: { a: 1 } },
    "a return inside a block is the answer": {
      script: "if (req.method === 'GET') { return 'early'; }\nreturn 'late';",
      text: "early",
    },
    "a top-level await is waited for": {
      script: "const n = await Promise.resolve(2);\nreturn { n };",
      json: { n: 2 },
    },
    "an await inside a block is waited for": {
      script: "let n = 0;\nfor (const each of [1, 2]) n += await each;\nreturn { n };",
      json: { n: 3 },
    },
    "for await at top level works": {
      script:
        "const seen = [];\nfor await (const each of [1, Promise.resolve(2)]) seen.push(each);\nreturn seen;",
      json: [1, 2],
    },
    "await using at top level is disposed before the answer": {
      script:
        "const seen = [];\n{ await using held = { async [Symbol.asyncDispose]() { seen.push('gone'); } }; }\nreturn seen;",
      json: ["gone"],
    },
    "res at top level answers without a return": {
      script: "res.status(201).json({ made: true });",
      status: 201,
      json: { made: true },
    },
    "res after an await answers without a return": {
      script: "await null;\nres.json({ late: true });",
      json: { late: true },
    },
    "a promise at top level is the answer": { script: "return Promise.resolve('soon');", text: "soon" },
    "an empty file answers 204": { script: "", status: 204, text: "" },
    "a file of comments answers 204": { script: "// nothing\n/* yet */", status: 204, text: "" },
    "functions may be used before their declaration": {
      script: "return later();\nfunction later() { return 'hoisted'; }",
      text: "hoisted",
    },
    "a script that ends in a comment works": { script: "return 'done'; // the end", text: "done" },
    "a script that ends in an open block comment's end works": {
      script: "return 'done' /* end */",
      text: "done",
    },
    "an expression without semicolons works": { script: "const a = 1\nconst b = 2\nreturn a + b", text: "3" },
  });
});

import { expect, test } from "bun:test";
import { answerOf } from "../support/script-app.ts";

/** A value in the place of a handler is the answer (script-runtime.md §4), also one without members of its own. */
const VALUES: readonly (readonly [value: string, status: number, text: string])[] = [
  ['new Response("sent", { status: 203 })', 203, "sent"],
  ["Promise.resolve({ a: 1 })", 200, '{"a":1}'],
  ["new Date(0)", 200, '"1970-01-01T00:00:00.000Z"'],
  ['Buffer.from("bytes")', 200, "bytes"],
  ["[]", 200, "[]"],
  ["{ a: 1 }", 200, '{"a":1}'],
  ['new (class { toJSON() { return "made"; } })()', 200, '"made"'],
];

test.each(
  VALUES.flatMap((row) =>
    (["module.exports =", "export default"] as const).map((how) => [how, ...row] as const),
  ),
)("%s %s", async (how, value, status, text) => {
  for (const head of ["", "// @mode worker\n", 'eval("1");\n']) {
    const answer = await answerOf(`${head}${how} ${value};`, { name: "a.js" });
    expect([answer.status, answer.text]).toEqual([status, text]);
  }
});

test.each(["module.exports = {};", "exports;", "module;"])(
  "%s answers 204: nothing is exported",
  async (source) => {
    for (const head of ["", "// @mode worker\n", 'eval("1");\n'])
      expect((await answerOf(head + source, { name: "a.js" })).status).toBe(204);
  },
);

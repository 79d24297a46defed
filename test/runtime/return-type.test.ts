import { describe, expect, test } from "bun:test";
import pino from "pino";
import { answerOf, scriptApp } from "../support/script-app.ts";

const DECLARED = "// @return-type { id: number; tags?: string[] }";
const WRONG = 'return { id: "seven" }';

describe("@return-type", () => {
  test.each([
    ["a value that fits", "return { id: 7 }"],
    ["a promise of one", "return Promise.resolve({ id: 7 })"],
    ["the result of a handler", "export default () => ({ id: 7 })"],
  ])("lets %s through", async (_name, body) => {
    const { status, json } = await answerOf(`${DECLARED}\n${body}`);
    expect([status, json]).toEqual([200, { id: 7 }]);
  });

  test.each(["", "// @return-type-mode strict\n"])(
    "a mismatch is 500 with the place of the directive (%j)",
    async (mode) => {
      const { status, json, headers } = await answerOf(`// @description x\n${DECLARED}\n${mode}${WRONG}`);
      expect(status).toBe(500);
      expect(json).toMatchObject({
        error: "Return type validation failed",
        code: "ERROR_500",
        details: {
          script: "default/1/a.ts",
          line: 2,
          directive: "@return-type",
          mismatches: [
            { path: "$.id", expected: "number", actual: 'string "seven"', message: expect.any(String) },
          ],
        },
      });
      expect(headers.get("x-execution-id")).toStartWith("exec_");
    },
  );

  test("mode dev answers 400 in the shape that clients read", async () => {
    const { status, json } = await answerOf(`${DECLARED}\n// @return-type-mode dev\n${WRONG}`);
    expect(status).toBe(400);
    expect(json).toEqual({
      error: "Return type validation failed",
      code: "VALIDATION_ERROR",
      timestamp: expect.any(String),
      details: [{ path: "$.id", expected: "number", actual: 'string "seven"', message: expect.any(String) }],
      expected: "{ id: number; tags?: string[] }",
      actual: expect.any(String),
    });
  });

  test("mode warn answers as if nothing was, and writes a line of log", async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const source = `${DECLARED}\n// @return-type-mode warn\n${WRONG}`;
    await using app = await scriptApp({ "default/1/a.ts": source }, [], { log });
    const { status, json } = await app.ask("/a");
    expect([status, json]).toEqual([200, { id: "seven" }]);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, script: "default/1/a.ts", line: 1, directive: "@return-type" }),
    );
  });

  test("what the handler of the script returned is checked, not what post made of it", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": `${DECLARED}\nreturn { id: 7 }`,
      "default/1/post.ts": 'return "replaced"',
    });
    expect((await app.ask("/a")).text).toBe("replaced");
  });

  test("nothing returned does not fit an object", async () => {
    expect((await answerOf(`${DECLARED}\nconst x = 1;`)).status).toBe(500);
  });

  test("a type that cannot be read does not take the script down", async () => {
    const { status } = await answerOf("// @return-type {{{\nreturn 1");
    expect(status).toBe(200);
  });
});

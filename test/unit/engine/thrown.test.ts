import { describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import vm from "node:vm";
import { CompileError } from "../../../src/compiler/compile-error.ts";
import type { CompiledUnit } from "../../../src/compiler/positions.ts";
import { reportThrown } from "../../../src/engine/thrown.ts";

const SOURCE = "// @token s3cret\n\n  boom();\n";
const unit: CompiledUnit = { file: "default/1/a.ts", source: SOURCE, prefixLength: 0, map: null };
const root = "/srv/scripts";
const report = (thrown: unknown) =>
  reportThrown(thrown, {
    fallback: "default/1/a.ts",
    lookup: (file) => (file === unit.file ? unit : null),
    root,
  });

const at = (stack: string) => Object.assign(new Error("x"), { stack });

describe("reportThrown", () => {
  test("takes the first frame that is a script, skips those of the server", () => {
    const { script, line, column, excerpt } = report(
      at(
        "Error: x\n    at f (/srv/app/src/engine/x.ts:1:1)\n    at g (default/1/a.ts:3:7)\n    at h (default/1/a.ts:9:9)",
      ),
    );
    expect({ script, line, column }).toEqual({ script: "default/1/a.ts", line: 3, column: 3 });
    expect(excerpt).toContain("> 3 |   boom();");
    expect(excerpt).not.toContain("s3cret");
  });

  test("without a frame of a script it names the one that ran, and no line", () => {
    expect(report(at("Error: x\n    at f (/srv/app/src/x.ts:1:1)"))).toMatchObject({
      script: "default/1/a.ts",
      line: null,
      column: null,
      excerpt: null,
    });
  });

  test("a compile error brings its own place", () => {
    const place = { file: "default/1/b.ts", line: 2, column: 4, excerpt: "e", check: "syntax" } as const;
    expect(report(new CompileError("Unexpected token", place))).toMatchObject({
      message: "Unexpected token",
      script: "default/1/b.ts",
      line: 2,
      column: 4,
      excerpt: "e",
    });
  });

  test.each<[string, unknown, string]>([
    ["an Error without its plain name", new Error("plain"), "plain"],
    ["another error with its name", new TypeError("bad"), "TypeError: bad"],
    ["an error of another realm", vm.runInNewContext("new RangeError('far')"), "RangeError: far"],
    ["an error without a message", new TypeError(), "TypeError: "],
    ["a text", "just text", "just text"],
    ["a number", 7, "7"],
    ["undefined", undefined, "undefined"],
    ["an object", { a: { b: 1 } }, "{ a: { b: 1 } }"],
  ])("the message of %s", (_what, thrown, message) => {
    expect(report(thrown).message).toBe(message);
  });

  test("paths of this machine are hidden in message and stack, those of scripts become relative", () => {
    const { message, stack } = report(
      Object.assign(
        new Error(`ENOENT: ${root}/default/1/data.txt, ${homedir()}/key, ${process.cwd()}/src/a.ts`),
        {
          stack: `Error: x\n    at f (${root}/node_modules/p/index.js:1:2)\n    at g (${process.cwd()}/src/engine/x.ts:1:1)\n    at h (node:fs:1:1)`,
        },
      ),
    );
    expect(message).toBe("ENOENT: default/1/data.txt, ~/key, src/a.ts");
    expect(stack).toBe("Error: x\n    at f (node_modules/p/index.js:1:2)\n    at h (node:fs:1:1)");
  });

  test("a long message is cut, and read in time that does not grow with its square", () => {
    const { message, stack } = report(new Error("x".repeat(5_000_000)));
    expect(message.length).toBe(4_096);
    expect(stack?.length).toBeLessThanOrEqual(4_096);
  });

  test.each<[string, object]>([
    [
      "getters that throw",
      Object.defineProperty({}, "message", {
        get: () => {
          throw new Error("trap");
        },
      }),
    ],
    [
      "a stack that throws",
      Object.defineProperty(new Error("x"), "stack", {
        get: () => {
          throw new Error("trap");
        },
      }),
    ],
    ["a message that is no text", Object.assign(new Error("x"), { message: Symbol("s") })],
    ["a message that cannot be a text", Object.assign(new Error("x"), { message: Object.create(null) })],
    [
      "traps for everything",
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("trap");
          },
        },
      ),
    ],
  ])("a value with %s is still reported", (_what, thrown) => {
    expect(report(thrown)).toMatchObject({ message: expect.any(String), script: "default/1/a.ts" });
  });
});

import { describe, expect, test } from "bun:test";
import { editDirectives } from "../../../src/directives/edit.ts";

/** What one edit makes of a source. */
interface EditCase {
  readonly name: string;
  readonly source: string;
  readonly comments: Record<string, unknown>;
  readonly edited: string;
  readonly changes: readonly string[];
}

const CASES: readonly EditCase[] = [
  {
    name: "an existing line is edited where it stands",
    source: "// one\n  //   @timeout   30000\n// @label x\n\ncode();\n",
    comments: { timeout: 5000 },
    edited: "// one\n  // @timeout 5000\n// @label x\n\ncode();\n",
    changes: ["timeout: 30000 → 5000"],
  },
  {
    name: "a new line follows the last directive, in the order of the request",
    source: "// @timeout 5\n// a remark\ncode();",
    comments: { label: "x", cors: "reflective" },
    edited: "// @timeout 5\n// @label x\n// @cors reflective\n// a remark\ncode();",
    changes: ["label: (unset) → x", "cors: (unset) → reflective"],
  },
  {
    name: "the first directive of a file goes to its top",
    source: "// a remark\ncode();",
    comments: { enabled: false },
    edited: "// @enabled false\n// a remark\ncode();",
    changes: ["enabled: (unset) → false"],
  },
  {
    name: "the first directive of an empty file is the file",
    source: "",
    comments: { label: "x" },
    edited: "// @label x\n",
    changes: ["label: (unset) → x"],
  },
  {
    name: "a shebang stays first",
    source: "#!/usr/bin/env bun\ncode();",
    comments: { label: "x" },
    edited: "#!/usr/bin/env bun\n// @label x\ncode();",
    changes: ["label: (unset) → x"],
  },
  {
    name: "a shebang that is the whole file gets its line end",
    source: "#!/usr/bin/env bun",
    comments: { label: "x" },
    edited: "#!/usr/bin/env bun\n// @label x",
    changes: ["label: (unset) → x"],
  },
  {
    name: "a byte order mark stays first",
    source: "\uFEFFcode();",
    comments: { label: "x" },
    edited: "\uFEFF// @label x\ncode();",
    changes: ["label: (unset) → x"],
  },
  {
    name: "a byte order mark survives the removal of the first line",
    source: "\uFEFF// @label x\ncode();",
    comments: { label: null },
    edited: "\uFEFFcode();",
    changes: ["label: x → (removed)"],
  },
  {
    name: "the line ends of the file are kept and used",
    source: "// @timeout 1\r\n// @label x\r\ncode();\r\n",
    comments: { timeout: 2, label: null, tags: ["a", "b"] },
    edited: "// @timeout 2\r\n// @tags a, b\r\ncode();\r\n",
    changes: ["timeout: 1 → 2", "label: x → (removed)", "tags: (unset) → a, b"],
  },
  {
    name: "a last line without a line end gets one before the next",
    source: "// @timeout 1",
    comments: { label: "x" },
    edited: "// @timeout 1\n// @label x",
    changes: ["label: (unset) → x"],
  },
  {
    name: "null and the empty text remove a directive",
    source: "// @timeout 1\n// @label x\n// @tags a\ncode();",
    comments: { timeout: null, label: "", tags: "  " },
    edited: "code();",
    changes: ["timeout: 1 → (removed)", "label: x → (removed)", "tags: a → (removed)"],
  },
  {
    name: "removing what is absent changes nothing",
    source: "code();",
    comments: { timeout: null },
    edited: "code();",
    changes: [],
  },
  {
    name: "a removal takes every line of the directive, unusable ones too",
    source: "// @timeout 1\n// @label x\n// @timeout soon\ncode();",
    comments: { timeout: null },
    edited: "// @label x\ncode();",
    changes: ["timeout: (unusable) → (removed)"],
  },
  {
    name: "of repeated lines the one that wins is edited",
    source: "// @timeout 1\n// @timeout 2\ncode();",
    comments: { timeout: 3 },
    edited: "// @timeout 1\n// @timeout 3\ncode();",
    changes: ["timeout: 2 → 3"],
  },
  {
    name: "an unusable line is replaced",
    source: "// @timeout soon\ncode();",
    comments: { timeout: 3 },
    edited: "// @timeout 3\ncode();",
    changes: ["timeout: (unusable) → 3"],
  },
  {
    name: "a value that is there already is left as it is written",
    source: "//  @timeout   5s\n// @websocket\ncode();",
    comments: { timeout: 5000, websocket: true },
    edited: "//  @timeout   5s\n// @websocket\ncode();",
    changes: [],
  },
  {
    name: "a comment behind a block comment is edited and removed without it",
    source: "/* a */ // @timeout 1\n/* b */ // @label x\ncode();",
    comments: { timeout: 2, label: null },
    edited: "/* a */ // @timeout 2\n/* b */\ncode();",
    changes: ["timeout: 1 → 2", "label: x → (removed)"],
  },
  {
    name: "directives inside block comments and below the code are no directives",
    source: "/*\n// @timeout 1\n*/\ncode();\n// @timeout 2\n",
    comments: { timeout: 3 },
    edited: "// @timeout 3\n/*\n// @timeout 1\n*/\ncode();\n// @timeout 2\n",
    changes: ["timeout: (unset) → 3"],
  },
  {
    name: "cors null is written as none",
    source: "// @cors *\ncode();",
    comments: { cors: null },
    edited: "// @cors none\ncode();",
    changes: ["cors: * → none"],
  },
  {
    name: "an empty cors removes the line",
    source: "// @cors *\ncode();",
    comments: { cors: "" },
    edited: "code();",
    changes: ["cors: * → (removed)"],
  },
  {
    name: "unknown names and unlisted lines are ignored",
    source: "// @rawBody\ncode();",
    comments: { method: "GET", rawBody: null, "return-type": "string", tokens: ["x"], constructor: "y" },
    edited: "// @rawBody\ncode();",
    changes: [],
  },
  {
    name: "an empty list is a value of its own",
    source: "code();",
    comments: { "log-exclude-headers": [] },
    edited: "// @log-exclude-headers\ncode();",
    changes: ["log-exclude-headers: (unset) → (empty)"],
  },
  {
    name: "numbers, booleans and texts are written in the grammar's own spelling",
    source: "code();",
    comments: { timeout: "5s", "log-max-body-size": "4kb", websocket: "yes", concurrent: 4, mode: "Worker" },
    edited:
      "// @timeout 5000\n// @log-max-body-size 4096\n// @websocket true\n// @concurrent 4\n// @mode worker\ncode();",
    changes: [
      "timeout: (unset) → 5000",
      "log-max-body-size: (unset) → 4096",
      "websocket: (unset) → true",
      "concurrent: (unset) → 4",
      "mode: (unset) → worker",
    ],
  },
];

test.each(CASES.map((row) => [row.name, row] as const))(
  "%s",
  (_name, { source, comments, edited, changes }) => {
    const result = editDirectives(source, comments);
    expect(result.source).toBe(edited);
    expect(result.changes).toEqual(changes);
  },
);

describe("secrets", () => {
  const stored = "// @token aa old note\n// @token bb\n// @ai-key cc\ncode();";

  test("[REDACTED] keeps every stored one", () => {
    const { source, changes } = editDirectives(stored, {
      token: "[REDACTED]",
      "ai-key": "[REDACTED]",
      label: "x",
    });
    expect(source).toBe("// @token aa old note\n// @token bb\n// @ai-key cc\n// @label x\ncode();");
    expect(changes).toEqual(["label: (unset) → x"]);
  });

  test("[REDACTED] with nothing stored is refused", () => {
    for (const comments of [{ token: "[REDACTED]" }, { "ai-key": "[REDACTED]" }, { token: ["[REDACTED]"] }]) {
      expect(() => editDirectives("code();", comments)).toThrow(
        expect.objectContaining({ kind: "secretMissing", status: 422 }),
      );
    }
  });

  test("[REDACTED] where only an unusable line stands is refused", () => {
    expect(() => editDirectives("// @token\ncode();", { token: "[REDACTED]" })).toThrow("nothing is stored");
  });

  test("a new token replaces all stored ones, so that a leaked one ends", () => {
    const { source, changes } = editDirectives(stored, { token: "new" });
    expect(source).toBe("// @token new\n// @ai-key cc\ncode();");
    expect(changes).toEqual(["token: [REDACTED], [REDACTED] → [REDACTED]"]);
  });

  test("a list of tokens is written line by line, and [REDACTED] keeps the one at its place", () => {
    const { source, after } = editDirectives(stored, { token: ["[REDACTED]", "b2", "b3"] });
    expect(source).toBe("// @token aa old note\n// @token b2\n// @ai-key cc\n// @token b3\ncode();");
    expect(after.tokens).toEqual(["aa", "b2", "b3"]);
  });

  test("an unusable line does not shift the places of the tokens", () => {
    const { after } = editDirectives("// @token\n// @token aa\ncode();", { token: ["[REDACTED]", "bb"] });
    expect(after.tokens).toEqual(["aa", "bb"]);
  });

  test("changes never show them", () => {
    const { changes } = editDirectives(stored, { token: "new", "ai-key": null });
    expect(changes.join()).not.toMatch(/aa|bb|cc|new/);
  });
});

describe("the window of fifty lines", () => {
  const remarks = (count: number) => "// remark\n".repeat(count);

  test("a line that would land below it is refused", () => {
    const source = `${remarks(49)}// @timeout 1\ncode();`;
    expect(() => editDirectives(source, { label: "x" })).toThrow("@label would cross line 50");
  });

  test("a line that a new one would push below it is not lost", () => {
    const source = `// @timeout 1\n${remarks(48)}// @label x\n`;
    expect(() => editDirectives(source, { timeout: 2, tags: "a" })).toThrow("would cross line 50");
  });

  test("a removal that would pull a line into it is refused", () => {
    const source = `// @timeout 1\n${remarks(49)}// @enabled false\ncode();`;
    expect(() => editDirectives(source, { timeout: null })).toThrow("@enabled would cross line 50");
  });

  test("a file whose long header has no directive takes one at its top", () => {
    const { after } = editDirectives(`${remarks(80)}code();`, { label: "x" });
    expect(after).toEqual({ label: "x" });
  });
});

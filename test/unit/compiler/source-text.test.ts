import { describe, expect, test } from "bun:test";
import { normalizeText } from "../../../src/compiler/source-text.ts";

describe("a Markdown fence around everything", () => {
  test.each([
    ["```ts\nreturn 1\n```", "     \nreturn 1\n   "],
    ["\n  ~~~\nreturn 1\n  ~~~  \n\n", "\n     \nreturn 1\n       \n\n"],
    ["```\n\n```", "   \n\n   "],
  ])("%j is blanked", (source, text) => {
    expect(normalizeText(source)).toEqual({ text, fenced: true });
  });

  test.each([
    ["only the first line", "```ts\nreturn 1\n"],
    ["nothing between", "```\n"],
    ["one line", "```"],
    ["another fence at the end", "```\nreturn 1\n~~~"],
    ["code before it", "a()\n```\nreturn 1\n```"],
    ["code behind it", "```\nreturn 1\n```\nb()"],
    ["a template", "`a`\n```\n"],
  ])("%s is none", (_name, source) => {
    expect(normalizeText(source)).toEqual({ text: source, fenced: false });
  });

  test("is looked for at once, however many blanks follow its first line", () => {
    const startedMs = performance.now();
    const source = `\`\`\`js\n${" ".repeat(400_000)}x`;
    expect(normalizeText(source).fenced).toBe(false);
    // Trying each blank as the beginning of the last line took minutes.
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

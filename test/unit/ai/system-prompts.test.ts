import { expect, test } from "bun:test";
import { SystemPrompts } from "../../../src/ai/system-prompts.ts";

/** Prompts over files in memory, and what was read of them. */
function promptsOver(files: Record<string, string>) {
  const read: string[] = [];
  const prompts = new SystemPrompts((file) => {
    read.push(file);
    return files[file] ?? null;
  });
  return { prompts, read };
}

test("the script's own prompt comes before the directory's, without white space around it", () => {
  const { prompts } = promptsOver({
    "d/a.system.md": " Own\n",
    "d/_system.md": "Directory\n",
    "_system.md": "Above",
  });
  expect(prompts.of("d/a.ts")).toBe("Own");
  expect(prompts.of("d/b.ts")).toBe("Directory");
  expect(prompts.of("d/e/c.ts")).toBeNull();
});

test("an empty file of its own keeps the directory's away", () => {
  const { prompts } = promptsOver({ "a.system.md": "\n", "_system.md": "Directory" });
  expect(prompts.of("a.ts")).toBeNull();
});

test("a file is read once, also one that is not there", () => {
  const { prompts, read } = promptsOver({ "_system.md": "Directory" });
  for (let time = 0; time < 3; time++) prompts.of("a.ts");
  expect(read).toEqual(["a.system.md", "_system.md"]);
});

test.each([
  ["written", { kind: "written", file: "a.system.md", origin: "disk" }],
  ["removed", { kind: "removed", file: "a.system.md", origin: "api" }],
  ["in a directory that was removed", { kind: "removed", file: "somewhere", origin: "disk" }],
  ["perhaps changed", { kind: "reset" }],
] as const)("a file that was %s is read again", (_what, change) => {
  const { prompts, read } = promptsOver({ "a.system.md": "One" });
  prompts.of("a.ts");
  prompts.apply(change);
  prompts.of("a.ts");
  expect(read).toEqual(["a.system.md", "a.system.md"]);
});

test("what is remembered is bounded", () => {
  const { prompts, read } = promptsOver({});
  for (let at = 0; at < 1200; at++) prompts.of(`${at}.ts`);
  read.length = 0;
  prompts.of("0.ts");
  expect(read).toContain("0.system.md");
});

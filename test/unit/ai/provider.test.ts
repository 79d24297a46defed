import { expect, test } from "bun:test";
import { containerTag } from "../../../src/ai/provider.ts";

test("the tag of a machine is the same each time, another one's differs, and the name is not in it", () => {
  expect(containerTag("my-container")).toBe(containerTag("my-container"));
  expect(containerTag("my-container")).not.toBe(containerTag("other"));
  expect(containerTag("my-container")).toMatch(/^container-[0-9a-f]{16}$/);
});

import { expect, test } from "bun:test";
import { companionsOf } from "../../../src/scripts/companions.ts";

test("companions carry the script's name without its extension, in its directory", () => {
  expect(companionsOf("default/1/users/[id].ts")).toEqual({
    documentation: "default/1/users/[id].md",
    environment: "default/1/users/[id].env",
    systemPrompt: "default/1/users/[id].system.md",
    directorySystemPrompt: "default/1/users/_system.md",
    openapi: "default/1/users/[id].openapi.json",
    schema: "default/1/users/[id].schema.json",
  });
  expect(companionsOf("a.js")).toMatchObject({ environment: "a.env", directorySystemPrompt: "_system.md" });
});

import { expect, test } from "bun:test";
import { fillTables } from "../../scripts/readme-tables.ts";

test("the tables of the README are those of the sources; otherwise run bun run docs", async () => {
  const readme = await Bun.file(new URL("../../README.md", import.meta.url)).text();
  expect(fillTables(readme)).toBe(readme);
});

test("a README that lost a marker is refused, because its table would grow stale unseen", () => {
  expect(() => fillTables("# no markers")).toThrow("markers");
});

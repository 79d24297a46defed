import { expect, test } from "bun:test";
import { prefersJson } from "../../../src/engine/negotiate.ts";

test.each<[accept: string | null, prefers: boolean]>([
  [null, false],
  ["", false],
  ["*/*", false],
  ["application/*", false],
  ["application/json", true],
  ["APPLICATION/JSON", true],
  ["application/problem+json", true],
  ["application/json, text/plain, */*", true],
  ["text/html,application/xhtml+xml,*/*;q=0.8", false],
  ["text/html, application/json;q=0.9", false],
  ["text/html;q=0.5, application/json;q=0.9", true],
  ["text/html;q=0.5,application/json; q=0.5", true],
  ["application/json;q=0", false],
  ["application/json;q=nonsense", false],
  ["text/html, application/json", true],
])("Accept %j prefers JSON: %p", (accept, prefers) => {
  expect(prefersJson(accept)).toBe(prefers);
});

import { describe, expect, test } from "bun:test";
import { toOpenApiPath, withoutTemplateNames } from "../../../src/user-openapi/paths.ts";

describe("toOpenApiPath", () => {
  test.each([
    ["/", "/", []],
    ["/users/[id]", "/users/{id}", ["id"]],
    ["/docs/[...slug]", "/docs/{slug*}", ["slug*"]],
    ["/docs/[[...slug]]", "/docs/{slug*}", ["slug*"]],
    ["/[a]/[a]", "/{a}/{a}", ["a"]],
    ["/{x}/a b/ü", "/%7Bx%7D/a%20b/%C3%BC", []],
    ["/[a}b]", "/{a%7Db}", ["a%7Db"]],
    ["/me@home/a:b,$", "/me@home/a:b,$", []],
    ["/half \ud800", "/half%20%EF%BF%BD", []],
  ])("%s → %s", (pattern, path, templates) => {
    const made = toOpenApiPath(pattern);
    expect(made.path).toBe(path);
    expect(made.parameters.map(({ template }) => template)).toEqual(templates);
  });
});

test("two paths are alike when only the names of their templates differ", () => {
  expect(withoutTemplateNames("/a/{id}/b")).toBe(withoutTemplateNames("/a/{name}/b"));
  expect(withoutTemplateNames("/a/{id}")).not.toBe(withoutTemplateNames("/a/{id*}"));
});

import { expect, test } from "bun:test";
import { isRange, isTag, parsePackageSpec, satisfies, textOf } from "../../../src/packages/package-spec.ts";

test.each<[string, string, string | null]>([
  ["lodash", "lodash", null],
  ["lodash@4", "lodash", "4"],
  ["lodash@^4.17.21", "lodash", "^4.17.21"],
  ["lodash@latest", "lodash", "latest"],
  ["@scope/name", "@scope/name", null],
  ["@scope/name@1.0.0-rc.1+build.5", "@scope/name", "1.0.0-rc.1+build.5"],
  ["a@>=1.2 <2 || 3.x", "a", ">=1.2 <2 || 3.x"],
  ["a@1.2.3 - 2", "a", "1.2.3 - 2"],
  ["a@*", "a", "*"],
])("%p is accepted, and written the same", (text, name, range) => {
  expect(parsePackageSpec(text)).toEqual({ kind: "package", spec: { name, range } });
  expect(textOf({ name, range })).toBe(text);
});

// What is refused: see test/contract/dependencies/install.test.ts.

test.each(["", "-", "--x", "1;2", "1 -g", "^", "1..2", "x.tgz", "1.0.0-a.tar.gz", "a b", "1\n2", "file:x"])(
  "%p is neither a range nor a tag",
  (text) => {
    expect([isRange(text), isTag(text)]).toEqual([false, false]);
  },
);

test.each(["1 ".repeat(200), `1.0.0-${"a-.".repeat(10_000)}!`, `${"1||".repeat(10_000)}!`])(
  "a hostile range is refused at once",
  (text) => {
    const startMs = performance.now();
    expect(isRange(text)).toBe(false);
    expect(isRange(`${text.slice(0, 255)}!`)).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(20);
  },
);

test("a range decides about versions, a tag and what leads elsewhere do not", () => {
  expect(satisfies("1.2.3", "^1")).toBe(true);
  expect(satisfies("2.0.0", "^1")).toBe(false);
  expect(satisfies("2.0.0", "latest")).toBe(true);
  expect(satisfies("2.0.0", "github:a/b")).toBe(true);
});

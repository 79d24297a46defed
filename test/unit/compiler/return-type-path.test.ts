import { expect, test } from "bun:test";
import { formatPath, ROOT } from "../../../src/compiler/return-type-path.ts";

test("the value itself is $", () => {
  expect(formatPath(ROOT)).toBe("$");
});

test("members are joined with a dot, indexes and other names with brackets", () => {
  const users = { above: ROOT, step: "users" };
  expect(formatPath({ above: { above: users, step: 0 }, step: "name" })).toBe("$.users[0].name");
  expect(formatPath({ above: users, step: 'first "name"' })).toBe('$.users["first \\"name\\""]');
  expect(formatPath({ above: users, step: "" })).toBe('$.users[""]');
});

test("entries of a Map and a Set say which list they are of", () => {
  expect(formatPath({ above: ROOT, list: "keys", step: 0 })).toBe("$.keys()[0]");
  expect(formatPath({ above: ROOT, list: "values", step: 2 })).toBe("$.values()[2]");
});

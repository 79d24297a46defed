import { describe, expect, test } from "bun:test";
import { digestOf } from "../../../src/base/digest.ts";
import { apiTokens, readApiToken } from "../../../src/config/api-token.ts";
import { ROLES, SCOPES } from "../../../src/config/scopes.ts";

const scopesOf = (spec: string): readonly string[] => [...(readApiToken(spec)?.scopes ?? [])].sort();

describe("one token", () => {
  test("alone has the role admin, which holds every scope", () => {
    expect(scopesOf("t0ken")).toEqual([...SCOPES].sort());
  });

  test.each<[string, readonly string[]]>([
    ["t:read", [...ROLES.read]],
    ["t:write", [...ROLES.write]],
    ["t:scripts:read", ["scripts:read"]],
    ["t:scripts:read, jobs:write", ["scripts:read", "jobs:write"]],
    ["t:read,jobs:write", [...ROLES.read, "jobs:write"]],
  ])("%s", (spec, scopes) => {
    expect(scopesOf(spec)).toEqual([...scopes].sort());
  });

  test("is kept as a digest only", () => {
    const token = readApiToken("s3cret-text:read");
    expect(token?.digest).toEqual(digestOf("s3cret-text"));
    expect(JSON.stringify(token)).not.toContain("s3cret");
    expect(Bun.inspect(token)).not.toContain("s3cret");
  });

  test.each(["!#$%&'*+-./;<=>?@[]^_`{|}~", "a".repeat(5000)])("%s can be used", (text) => {
    expect(readApiToken(text)).toBeDefined();
  });

  test.each([
    "",
    ":",
    ":read",
    "t:",
    "t:reader",
    "t:READ",
    "t:scripts:execute",
    "t:read,",
    "t:constructor",
    "two words",
    "a\u0001b",
    "a\tb",
    "tökén",
    "a,b",
    "a:b:read",
  ])("%j cannot be used", (spec) => {
    expect(readApiToken(spec)).toBeUndefined();
  });

  test("a short one is marked", () => {
    expect(readApiToken("x".repeat(15))?.isShort).toBe(true);
    expect(readApiToken("x".repeat(16))?.isShort).toBe(false);
  });
});

describe("several tokens", () => {
  test("stand on lines of their own", () => {
    expect(apiTokens.read("a\n\n b:read \r\n")?.map(({ scopes }) => scopes.has("admin"))).toEqual([
      true,
      false,
    ]);
  });

  test.each(["", "\n", "a\nb c"])("%j cannot be used", (text) => {
    expect(apiTokens.read(text)).toBeUndefined();
  });
});

describe("roles", () => {
  test("grow from read over write to admin", () => {
    expect(ROLES.read.every((scope) => ROLES.write.includes(scope))).toBe(true);
    expect(ROLES.write.filter((scope) => !ROLES.read.includes(scope)).sort()).toEqual([
      "jobs:write",
      "scripts:write",
      "system:write",
    ]);
    expect(ROLES.admin.filter((scope) => !ROLES.write.includes(scope))).toEqual(["admin"]);
  });
});

import { describe, expect, test } from "bun:test";
import {
  deploymentLogName,
  deploymentOf,
  isLogFile,
  logTypeOf,
  momentOf,
  stampOf,
  toStamp,
  withoutStamp,
} from "../../../src/logs/names.ts";

describe("the name of a deployment's log", () => {
  test.each([
    ["default", "1", "default-1.log"],
    ["a.b-c", "x9", "a.b-c-x9.log"],
  ])("%s/%s is %s, and back", (subdomain, execId, name) => {
    expect(deploymentLogName({ subdomain, execId })).toBe(name);
    expect(deploymentOf(name)).toEqual({ subdomain, execId });
    expect(logTypeOf(name)).toBe("access");
  });

  test("no two deployments share one, however long their names are, and each can be set aside", () => {
    const long = "x".repeat(252);
    const names = [`${long}a`, `${long}b`].map((subdomain) =>
      deploymentLogName({ subdomain, execId: "y".repeat(64) }),
    );
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(`${name}.${toStamp(new Date())}`.length).toBeLessThanOrEqual(255);
  });
});

test("a stamp is a moment, and sorts as one", () => {
  const moment = new Date("2026-01-15T10:30:00.123Z");
  const name = `default-1.log.${toStamp(moment)}`;
  expect(name).toBe("default-1.log.20260115T103000123Z");
  expect(momentOf(stampOf(name) ?? "")).toBe(moment.getTime());
  expect(withoutStamp(name)).toBe("default-1.log");
  expect(stampOf("default-1.log")).toBeNull();
});

test.each([
  ["default-1.log", true],
  ["default-1.log.20260115T103000123Z", true],
  ["default-1.log.1", false],
  ["executions/a/summary.json", true],
  ["summary.json", false],
  ["notes.txt", false],
])("%s is a log: %p", (name, isLog) => {
  expect(isLogFile(name)).toBe(isLog);
});

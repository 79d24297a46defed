import { expect, test } from "bun:test";
import { effectiveDirectives } from "../../../src/directives/effective.ts";
import { LISTED, type ListedName } from "../../../src/directives/table.ts";

test("a silent header leaves the time limit to the setting", () => {
  expect(effectiveDirectives({}).timeout).toBeNull();
  expect(effectiveDirectives({ timeout: 0 }).timeout).toBe(0);
  expect(effectiveDirectives({})["loop-limit"]).toBeNull();
  expect(effectiveDirectives({ "loop-limit": 0 })["loop-limit"]).toBe(0);
});

test("a scheduled run is limited by its own directive, else by @timeout, else by 30 seconds", () => {
  expect(effectiveDirectives({ "schedule-timeout": 1, timeout: 2 })["schedule-timeout"]).toBe(1);
  expect(effectiveDirectives({ timeout: 2 })["schedule-timeout"]).toBe(2);
  expect(effectiveDirectives({ timeout: 0 })["schedule-timeout"]).toBe(0);
  expect(effectiveDirectives({})["schedule-timeout"]).toBe(30_000);
});

test("nothing is logged without a log directive, and standard with any", () => {
  expect(effectiveDirectives({})["log-level"]).toBe("none");
  expect(effectiveDirectives({ "log-request-body": "full" })["log-level"]).toBe("standard");
  expect(effectiveDirectives({ "log-retention-days": 7 })["log-level"]).toBe("standard");
  expect(effectiveDirectives({ timeout: 5 })["log-level"]).toBe("none");
});

test("a declared level stays, and @debug raises it to debug", () => {
  expect(effectiveDirectives({ "log-level": "none", "log-request-body": "full" })["log-level"]).toBe("none");
  expect(effectiveDirectives({ "log-level": "minimal", debug: true })["log-level"]).toBe("debug");
  expect(effectiveDirectives({ debug: true })["log-level"]).toBe("debug");
});

test("@debug false asks for no log", () => {
  expect(effectiveDirectives({ debug: false })["log-level"]).toBe("none");
});

test("every other directive has the runtime default of the table", () => {
  const effective = effectiveDirectives({});
  for (const [name, entry] of Object.entries(LISTED)) {
    if (!["timeout", "loop-limit"].includes(name))
      expect<unknown>(effective[name as ListedName]).toEqual(entry.defaults.runtime);
  }
});

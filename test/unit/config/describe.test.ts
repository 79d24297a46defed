import { describe, expect, test } from "bun:test";
import { describeSettings, settingsAsMarkdown } from "../../../src/config/describe.ts";
import { SETTINGS, type SettingName, toEnvironmentNames, toFlag } from "../../../src/config/settings.ts";

const NAMES = Object.keys(SETTINGS) as SettingName[];

describe("settings described", () => {
  test.each(NAMES)("--help and the README table name %s with its environment", (name) => {
    expect(describeSettings()).toContain(`  ${toFlag(name)}`);
    expect(settingsAsMarkdown()).toContain(`| \`${toFlag(name)}\` | \`${toEnvironmentNames(name)[0]}\``);
  });

  test("defaults are shown the way a person would type them", () => {
    const help = describeSettings();
    expect(help).toContain("(default 10mb)");
    expect(help).toContain("(default 1h)");
    expect(help).toContain("(default off)");
    expect(help).toContain("(default <storage-dir>/scripts)");
  });

  test.each(NAMES)("the printed default of %s reads back as the default", (name) => {
    const { grammar, default: fallback } = SETTINGS[name] as {
      grammar: { read(text: string): unknown; print(value: unknown): string };
      default: unknown;
    };
    if (fallback !== null) expect(grammar.read(grammar.print(fallback))).toEqual(fallback);
  });

  test("flag and environment name follow from the key", () => {
    expect(toFlag("storageDir")).toBe("--storage-dir");
    expect(toEnvironmentNames("vmCacheCap")).toEqual(["EXEC_VM_CACHE_CAP"]);
    expect(toEnvironmentNames("port")).toEqual(["EXEC_PORT", "PORT"]);
  });
});

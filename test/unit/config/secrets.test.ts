import { describe, expect, test } from "bun:test";
import { describeSettings, settingsAsMarkdown } from "../../../src/config/describe.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { hideSecrets, isSecret } from "../../../src/config/secrets.ts";
import { SETTINGS, type SettingName, toEnvironmentNames, toFlag } from "../../../src/config/settings.ts";

const SECRET = "s3cret-0123456789";
const NAMES = (Object.keys(SETTINGS) as SettingName[]).filter(isSecret);

test("what leads to a token is secret", () => {
  expect(NAMES).toContain("apiToken");
  expect(NAMES).toContain("apiTokenFile");
  expect(isSecret("port")).toBe(false);
});

describe.each(NAMES)("%s", (name) => {
  test("is taken out of the environment and out of the arguments, in both forms", () => {
    const flag = toFlag(name);
    const env: Record<string, string | undefined> = { KEPT: "1" };
    for (const variable of toEnvironmentNames(name)) env[variable] = SECRET;
    const argv = ["bun", "main.ts", flag, SECRET, "--port", "1", `${flag}=${SECRET}`, flag];
    hideSecrets({ env, argv });
    expect(env).toEqual({ KEPT: "1" });
    expect(argv).toEqual(["bun", "main.ts", flag, "[REDACTED]", "--port", "1", `${flag}=[REDACTED]`, flag]);
  });
});

test("the settings read from tokens hold none of their text", () => {
  const config = loadConfig(["--api-token", SECRET], {}, "/srv");
  expect(Bun.inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain(SECRET);
});

test("documents show that there are tokens, and how they are written", () => {
  for (const text of [describeSettings(), settingsAsMarkdown()]) expect(text).toContain("--api-token-file");
});

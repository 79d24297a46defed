import type { Setting } from "./setting.ts";
import { SETTING_NAMES, SETTINGS, type SettingName, toEnvironmentNames, toFlag } from "./settings.ts";

/** What stands in place of a secret on a command line. */
const MASK = "[REDACTED]";

/**
 * Takes the secret settings out of an environment and a command line, in place.
 *
 * Scripts, and the packages they load, can reach the process's own `process.env` and `Bun.argv`. What the kernel
 * keeps of both (`/proc/self/environ`, the list of processes) stays as it was.
 */
export function hideSecrets(process: {
  readonly env: Record<string, string | undefined>;
  readonly argv: string[];
}): void {
  const secrets = SETTING_NAMES.filter(isSecret);
  for (const variable of secrets.flatMap(toEnvironmentNames)) delete process.env[variable];
  const flags = secrets.map(toFlag);
  for (const [index, argument] of process.argv.entries()) {
    const flag = flags.find((each) => argument === each || argument.startsWith(`${each}=`));
    if (flag === undefined) continue;
    if (argument !== flag) process.argv[index] = `${flag}=${MASK}`;
    else if (index + 1 < process.argv.length) process.argv[index + 1] = MASK;
  }
}

/** Whether a setting's value must be shown nowhere. */
export function isSecret(name: SettingName): boolean {
  return (SETTINGS[name] as Setting<unknown>).secret === true;
}

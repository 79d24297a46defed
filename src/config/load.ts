import packageJson from "../../package.json" with { type: "json" };
import { ConfigError } from "./config-error.ts";
import { type Directories, toDirectories } from "./directories.ts";
import {
  SETTINGS,
  type Setting,
  type SettingName,
  type SettingValues,
  toEnvironmentNames,
  toFlag,
} from "./settings.ts";

/** The settings as the program reads them; durations in milliseconds, sizes in bytes, directories absolute. */
export interface Config extends Omit<SettingValues, keyof Directories>, Directories {
  /** Whether `NODE_ENV` is `production`: error answers then carry neither position nor excerpt. */
  readonly production: boolean;
  /** Version of this program. */
  readonly version: string;
}

/**
 * Reads the settings: flag before environment before default (running.md §2). Touches no global, so tests call it.
 *
 * @param argv Arguments after the program's name.
 * @param workingDirectory Where relative directories start.
 * @throws {ConfigError} One line naming flag, value and what is accepted.
 */
export function loadConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  workingDirectory: string = process.cwd(),
): Config {
  const given = readFlags(argv);
  const names = Object.keys(SETTINGS) as SettingName[];
  const values = Object.fromEntries(
    names.map((name) => [name, readSetting(name, given.get(name), env)]),
  ) as SettingValues;
  const config = {
    ...values,
    ...toDirectories(values, workingDirectory),
    production: env["NODE_ENV"] === "production",
    version: packageJson.version,
  };
  refuseOpenAddress(config);
  return config;
}

/** Whether an address is reached from this machine only. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
}

const NAME_OF_FLAG: ReadonlyMap<string, SettingName> = new Map(
  (Object.keys(SETTINGS) as SettingName[]).map((name) => [toFlag(name), name]),
);

/** Texts of the flags by setting; the last of a repeated flag wins unless its grammar takes several. */
function readFlags(argv: readonly string[]): Map<SettingName, string> {
  const given = new Map<SettingName, string>();
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? "";
    const [flag = "", inline] = splitAtEquals(argument);
    const name = NAME_OF_FLAG.get(flag);
    if (name === undefined) throw unknownFlag(argument);
    const { grammar } = SETTINGS[name] as Setting<unknown>;
    const next = argv[index + 1];
    let text = inline;
    if (text === undefined && takesNext({ alone: grammar.placeholder === null, next, grammar })) {
      text = next;
      index++;
    }
    if (text === undefined && grammar.placeholder !== null) {
      throw new ConfigError(`Cannot use ${flag} without a value: accepted is ${grammar.accepts}`);
    }
    const before = given.get(name);
    given.set(name, grammar.repeatable && before !== undefined ? `${before},${text}` : (text ?? "on"));
  }
  return given;
}

function splitAtEquals(argument: string): [string, string | undefined] {
  const at = argument.indexOf("=");
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

/** A yes/no flag takes the next word only if it is one of its own; every other flag takes any but a flag. */
function takesNext(question: {
  readonly alone: boolean;
  readonly next: string | undefined;
  readonly grammar: Setting<unknown>["grammar"];
}): boolean {
  if (question.next === undefined || question.next.startsWith("--")) return false;
  return !question.alone || question.grammar.read(question.next) !== undefined;
}

function unknownFlag(argument: string): ConfigError {
  return new ConfigError(`Cannot use "${argument}": unknown flag, accepted are the flags that --help lists`);
}

function readSetting(
  name: SettingName,
  flagText: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  const row = SETTINGS[name] as Setting<unknown>;
  if (flagText !== undefined) return readText(row, flagText, toFlag(name));
  for (const variable of toEnvironmentNames(name)) {
    const text = env[variable];
    // An empty variable counts as absent: that is how compose files and shells leave one out.
    if (text !== undefined && text !== "") return readText(row, text, variable);
  }
  return row.default;
}

function readText(row: Setting<unknown>, text: string, origin: string): unknown {
  const value = text === "" ? undefined : row.grammar.read(text);
  if (value === undefined) {
    throw new ConfigError(`Cannot use ${origin} "${text}": accepted is ${row.grammar.accepts}`);
  }
  return value;
}

/** The control API without a token must not face a network by accident (running.md §4). */
function refuseOpenAddress(config: Config): void {
  if (isLoopback(config.host) || config.allowUnauthenticated) return;
  throw new ConfigError(
    `Cannot use --host "${config.host}": the control API has no token; ` +
      "accepted is a loopback address, or --allow-unauthenticated behind a proxy that gates it",
  );
}

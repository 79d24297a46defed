import packageJson from "../../package.json" with { type: "json" };
import { type ApiToken, SHORT_TOKEN_LENGTH } from "./api-token.ts";
import { ConfigError } from "./config-error.ts";
import { type Directories, toDirectories } from "./directories.ts";
import { isSecret } from "./secrets.ts";
import type { Setting } from "./setting.ts";
import {
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type SettingValues,
  toEnvironmentNames,
  toFlag,
} from "./settings.ts";
import { readTokenFile } from "./token-file.ts";

/** The settings as the program reads them; durations in milliseconds, sizes in bytes, directories absolute. */
export interface Config
  extends Omit<SettingValues, keyof Directories | "apiToken" | "apiTokenFile" | "aiKey">,
    Directories {
  /** Key for the AI provider; null for the tag of this machine. */
  readonly aiKey: string | null;
  /** Tokens of the control API, of the flag and of the file; none leaves it open. */
  readonly apiTokens: readonly ApiToken[];
  /** Whether `NODE_ENV` is `production`: error answers then carry neither position nor excerpt. */
  readonly production: boolean;
  /** Version of this program. */
  readonly version: string;
  /** What the operator should mend, though it can be used; for the log. */
  readonly warnings: readonly string[];
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
  const { apiToken, apiTokenFile, ...values } = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, readSetting(name, given.get(name), env)]),
  ) as SettingValues;
  const config = {
    ...values,
    ...toDirectories(values, workingDirectory),
    ...toTokens(apiToken, apiTokenFile, workingDirectory),
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
  SETTING_NAMES.map((name) => [toFlag(name), name]),
);

/** Texts of the flags by setting; the last of a repeated flag wins unless its grammar takes several. */
function readFlags(argv: readonly string[]): Map<SettingName, string> {
  const given = new Map<SettingName, string>();
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? "";
    const [flag = "", inline] = splitAtEquals(argument);
    const name = NAME_OF_FLAG.get(flag);
    if (name === undefined) throw unknownFlag(flag, [...given.keys()].at(-1));
    const { grammar } = SETTINGS[name] as Setting<unknown>;
    const next = argv[index + 1];
    let text = inline;
    // No word stands alone, so one behind a yes/no flag is meant as its value, and refused with its name.
    if (text === undefined && next !== undefined && !next.startsWith("--")) {
      text = next;
      index++;
    }
    if (text === undefined && grammar.placeholder !== null) {
      throw new ConfigError(`Cannot use ${flag} without a value: accepted is ${grammar.accepts}`);
    }
    const before = given.get(name);
    given.delete(name); // The last one given is the last key.
    given.set(name, grammar.repeatable && before !== undefined ? `${before}\n${text}` : (text ?? "on"));
  }
  return given;
}

function splitAtEquals(argument: string): [string, string | undefined] {
  const at = argument.indexOf("=");
  return at === -1 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

/** A word behind a secret may belong to it, and what follows `=` may be one: neither is quoted. */
function unknownFlag(flag: string, before: SettingName | undefined): ConfigError {
  const isWordOfSecret = before !== undefined && isSecret(before) && !flag.startsWith("-");
  const what = isWordOfSecret ? `the word after ${toFlag(before)} and its value` : `"${flag}"`;
  return new ConfigError(`Cannot use ${what}: unknown flag, accepted are the flags that --help lists`);
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
    const quoted = row.secret ? origin : `${origin} "${text}"`;
    throw new ConfigError(`Cannot use ${quoted}: accepted is ${row.grammar.accepts}`);
  }
  return value;
}

/** Joins the tokens of both settings. @throws {ConfigError} When one stands twice: which scopes hold would be a guess. */
function toTokens(
  given: readonly ApiToken[] | null,
  file: string | null,
  workingDirectory: string,
): Pick<Config, "apiTokens" | "warnings"> {
  const fromFile = file === null ? { tokens: [], warnings: [] } : readTokenFile(file, workingDirectory);
  const apiTokens = [...(given ?? []), ...fromFile.tokens];
  const digests = new Set(apiTokens.map(({ digest }) => Buffer.from(digest).toString("hex")));
  if (digests.size < apiTokens.length) {
    throw new ConfigError("Cannot use --api-token: one token is given twice; accepted is each token once");
  }
  const shortCount = apiTokens.filter(({ isShort }) => isShort).length;
  const warnings = [...fromFile.warnings];
  if (shortCount > 0) {
    warnings.push(
      `${shortCount} of ${apiTokens.length} tokens of the control API have fewer than ${SHORT_TOKEN_LENGTH} characters: they could be guessed`,
    );
  }
  return { apiTokens, warnings };
}

/** The control API without a token must not face a network by accident (running.md §4). */
function refuseOpenAddress({ host, apiTokens, allowUnauthenticated }: Config): void {
  if (isLoopback(host) || apiTokens.length > 0 || allowUnauthenticated) return;
  throw new ConfigError(
    `Cannot use --host "${host}": everybody who reaches it could run code; accepted is a loopback address, a token by ` +
      "--api-token or --api-token-file, or --allow-unauthenticated behind a proxy that gates the control API",
  );
}

import { codeOf } from "../base/system-error.ts";
import { isExecError } from "../errors/exec-error.ts";
import type { CommandResult } from "./command.ts";

/** Longest reason passed on, in UTF-16 units. */
const REASON_LENGTH_MAX = 200;

/**
 * Why a package could not be installed, in words for whoever wrote its name: without addresses, which may hold
 * credentials, and without paths of the machine.
 *
 * @param name The package that was asked for; null for all that package.json lists.
 * @param timeoutMs The limit, for a command that ran into it.
 */
export function reasonOf(name: string | null, result: CommandResult, timeoutMs: number): string {
  switch (result.kind) {
    case "timeout":
      return `it took longer than ${timeoutMs} ms, the limit of --registry-timeout`;
    case "stopped":
      return "the server is shutting down";
    case "exited":
      if (result.exitCode === 0) return "the package manager ended without installing it";
      return reasonInOutput(name, result.output) ?? `the package manager ended with ${result.exitCode}`;
    default:
      return result satisfies never;
  }
}

/** TABLE: what Bun (1.4.5) prints → what it means; the first row that fits. */
const MEANINGS: readonly (readonly [RegExp, (name: string | null, match: RegExpExecArray) => string])[] = [
  [
    /\bGET (\S+) - 404\b/,
    (name, [, url = ""]) => {
      const wanted = nameIn(url);
      if (wanted === name || wanted === null) return "the registry has no such package";
      return name === null
        ? `the registry has no "${wanted}"`
        : `the registry has no "${wanted}", which has to be installed with it`;
    },
  ],
  [/\bGET \S+ - (401|403)\b/, (_, [, status]) => `the registry refuses access with ${status}`],
  [/\bGET \S+ - (\d{3})\b/, (_, [, status]) => `the registry answers ${status}`],
  [/\bIntegrity ?check ?failed\b/i, () => "a tarball does not have the checksum that the registry names"],
  [
    /(\w+) downloading (?:package manifest|tarball) (\S+)/,
    (_, [, code]) => `the registry cannot be reached (${code})`,
  ],
  [/\bFail extracting tarball from (\S+)/, (_, [, from]) => `the tarball of "${from}" cannot be unpacked`],
  [
    /Package "([^"]*)" with tag "([^"]*)" not found/,
    (_, [, of, tag]) => `the registry has no "${of}" with the tag ${tag}`,
  ],
  [
    /No version matching "([^"]*)" found for specifier "([^"]*)"/,
    (_, [, range, of]) => `the registry has no "${of}" of version ${range}`,
  ],
];

function reasonInOutput(name: string | null, output: string): string | null {
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(output);
    if (match) return withoutPlaces(meaning(name, match));
  }
  const errors = output.split("\n").flatMap((line) => /^error: (.+)/.exec(line.trim())?.[1] ?? []);
  const last = errors.at(-1);
  return last === undefined ? null : withoutPlaces(last);
}

/** The package in the address of its document: a scope's slash is escaped or not. */
function nameIn(url: string): string | null {
  const path = URL.canParse(url) ? decodeURIComponent(new URL(url).pathname) : "";
  return /(@[^/]+\/[^/]+|[^/]+)$/.exec(path)?.[1] ?? null;
}

function withoutPlaces(text: string): string {
  return text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "the registry")
    .replace(/(^|[\s"'(])\/[^\s"')]+/g, "$1…")
    .slice(0, REASON_LENGTH_MAX);
}

/** Why an install failed on our own side: `package.json` that does not parse, a disk that is full. */
export function reasonOfError(error: unknown): string {
  if (isExecError(error)) return error.message;
  const code = codeOf(error);
  return code === "" ? "an internal error" : `the scripts directory cannot be written (${code})`;
}

/** Longest part of the package manager's output that goes into the log, in UTF-16 units. */
const LOGGED_LENGTH_MAX = 2_000;

/** The end of what the package manager printed, for the log. */
export function withoutCredentials(output: string): string {
  return output
    .replace(/:\/\/[^/@\s]*@/g, "://***@")
    .trim()
    .slice(-LOGGED_LENGTH_MAX);
}

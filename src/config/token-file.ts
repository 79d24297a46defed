import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { codeOf } from "../base/system-error.ts";
import { type ApiToken, apiTokens, readApiToken } from "./api-token.ts";
import { ConfigError } from "./config-error.ts";

/** What stands in a token file, and what the operator should know about it. */
export interface TokenFile {
  readonly tokens: readonly ApiToken[];
  readonly warnings: readonly string[];
}

/**
 * Reads `--api-token-file`: one token a line, as `--api-token` takes it; `#` begins a comment.
 *
 * A file that everybody may write is refused, because everybody could add a token. One that everybody may read is
 * only warned about: that is how container platforms mount secrets.
 *
 * @throws {ConfigError} For a file that cannot be read, that others may write, that holds no token, or with a line
 *   that cannot be used, which is named by its number only.
 */
export function readTokenFile(path: string, workingDirectory: string): TokenFile {
  const absolute = resolve(workingDirectory, path);
  const refuse = (reason: string) => new ConfigError(`Cannot use --api-token-file "${absolute}": ${reason}`);
  const { text, mode } = read(absolute, refuse);
  if ((mode & 0o002) !== 0) throw refuse("everybody may write to it; accepted is a file of chmod 600");
  const tokens: ApiToken[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const spec = withoutComment(line.trim());
    if (spec === "") continue;
    const token = readApiToken(spec);
    if (token === undefined) throw refuse(`accepted on line ${index + 1} is ${apiTokens.accepts}`);
    tokens.push(token);
  }
  if (tokens.length === 0) throw refuse("it holds no token; accepted is one a line");
  const warnings =
    (mode & 0o004) === 0 ? [] : [`Every user of this machine may read --api-token-file "${absolute}"`];
  return { tokens, warnings };
}

/** A `#` within a word belongs to it: tokens may hold one. */
function withoutComment(line: string): string {
  return line.replace(/(?:^|\s+)#.*$/, "");
}

function read(path: string, refuse: (reason: string) => ConfigError): { text: string; mode: number } {
  try {
    return { mode: statSync(path).mode, text: readFileSync(path, "utf8") };
  } catch (error) {
    throw refuse(`accepted is a readable file (${codeOf(error)})`);
  }
}

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { codeOf } from "../base/system-error.ts";
import { companionsOf, DIRECTORY_ENVIRONMENT } from "./companions.ts";
import { toStorageError } from "./storage-error.ts";

/**
 * The variables that files give to a script: `_default.env` of the scripts root and of each directory down to the
 * script, then `<name>.env` beside it. The nearest wins (script-runtime.md §12).
 *
 * The files are in dotenv syntax: `NAME=value`, `export`, quotes, `#` comments.
 *
 * @param root Absolute scripts root.
 * @param file Relative to it.
 * @returns Without a prototype's names, so that any name is only a variable.
 * @throws {ExecError} `storageFailed` when a file is there and cannot be read.
 */
export function readEnvironment(root: string, file: string): Record<string, string> {
  const variables: Record<string, string> = Object.create(null);
  for (const name of environmentFiles(file)) {
    for (const [key, value] of Object.entries(readVariables(root, name))) variables[key] = value;
  }
  return variables;
}

/** The files that give a script its variables, from the farthest to the nearest, relative to the scripts root. */
export function environmentFiles(file: string): readonly string[] {
  const directory = dirname(file);
  const names = directory === "." ? [] : directory.split("/");
  const directories = ["", ...names.map((_, index) => `${names.slice(0, index + 1).join("/")}/`)];
  return [...directories.map((prefix) => prefix + DIRECTORY_ENVIRONMENT), companionsOf(file).environment];
}

/** Whether a changed file gives variables to scripts: theirs must be read again. */
export function isEnvironmentFile(file: string): boolean {
  return file.endsWith(".env");
}

function readVariables(root: string, name: string): Record<string, string> {
  try {
    return parseEnv(readFileSync(join(root, name), "utf8")) as Record<string, string>;
  } catch (error) {
    // Hardly any script has one; a directory of that name holds no variables either.
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(codeOf(error))) return {};
    throw toStorageError(error, { action: "read", file: name, absent: "storageFailed" });
  }
}

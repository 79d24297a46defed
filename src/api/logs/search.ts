import { join } from "node:path";
import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import type { LogDirectory } from "../../logs/directory.ts";
import { requireLogName } from "../../logs/names.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { logFile } from "./schemas.ts";

/** Characters of an expression (control-api.md §8). */
const REGEX_MAX = 64;

const NEITHER = "query or regex is required";

const FoundLine = z
  .object({ file: logFile, lineNumber: z.int().openapi({ description: "From 1 on" }), line: z.string() })
  .openapi("LogMatch");

/** Lines that hold a text, or that a regular expression matches. */
export const search = operation({
  id: "logs.search",
  method: "post",
  path: "/api/v1/exec/logs/search",
  summary: "Search logs",
  description: "Runs in a process of its own, which is ended after --log-search-timeout.",
  body: z
    .object({
      query: z.string().max(1024).optional(),
      regex: z.string().optional().openapi({ description: "Wins over query" }),
      files: z.array(logFile).max(1000).optional().openapi({ description: "All when left out or empty" }),
      limit: z.int().min(1).max(10_000).default(1000),
      caseSensitive: z.boolean().default(false),
    })
    .openapi("LogSearch"),
  response: z
    .object({
      query: z.string(),
      searchType: z.enum(["text", "regex"]),
      filesSearched: z.int(),
      matchesFound: z.int(),
      results: z.array(FoundLine),
    })
    .openapi("LogMatches"),
  failures: [
    "invalidInput",
    "logNameInvalid",
    "logMissing",
    "logSearchesFull",
    "logSearchTimeout",
    ...READ_FAILURES,
  ],
  async handle({ body }, { logs, logSearch }) {
    const { query, regex, limit, caseSensitive } = body;
    const isRegex = Boolean(regex);
    const pattern = regex || query;
    if (!pattern) {
      throw new ExecError("invalidInput", NEITHER, { details: { field: "query", reason: NEITHER } });
    }
    if (isRegex) requireRegex(pattern);
    await logs.flush();
    const { filesSearched, results } = await logSearch.run({
      files: await chosen(logs.directory, body.files ?? []),
      pattern,
      isRegex,
      caseSensitive,
      limit,
    });
    return {
      query: pattern,
      searchType: isRegex ? ("regex" as const) : ("text" as const),
      filesSearched,
      matchesFound: results.length,
      results,
    };
  },
});

/** @throws {ExecError} `logMissing`, `logNameInvalid` for a file that was named, with its place among them. */
async function chosen(directory: LogDirectory, named: readonly string[]) {
  if (named.length === 0) {
    return (await directory.list()).map(({ file }) => ({ file, path: join(directory.root, file) }));
  }
  return await Promise.all(
    [...new Set(named)].map(async (file) => ({
      file,
      path: await locate(directory, file, `files.${named.indexOf(file)}`),
    })),
  );
}

async function locate(directory: LogDirectory, file: string, field: string): Promise<string> {
  requireLogName(file, field);
  try {
    return await directory.locate(file);
  } catch (error) {
    if (!(error instanceof ExecError && error.kind === "logMissing")) throw error;
    throw new ExecError("logMissing", undefined, {
      details: { field, reason: "names no log that is there" },
      cause: error,
    });
  }
}

/** It is only read here, and never run: that can take years. */
function requireRegex(source: string): void {
  const refuse = (reason: string, cause?: unknown) =>
    new ExecError("invalidInput", `Invalid regex: ${reason}`, { details: { field: "regex", reason }, cause });
  if (source.length > REGEX_MAX) throw refuse(`must be at most ${REGEX_MAX} characters`);
  try {
    new RegExp(source);
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
}

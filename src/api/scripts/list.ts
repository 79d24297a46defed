import { z } from "@hono/zod-openapi";
import type { DirectoryEntry } from "../../scripts/directory.ts";
import { hasFilters, matchesFilters, type ScriptFilters, toNameMatcher } from "../../scripts/filter.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { queryBoolean, scopeQuery } from "../schemas.ts";
import { ScriptEntry } from "./schemas.ts";
import { describeFile, readDirectives, toMagicComments } from "./script-details.ts";

const yesOrNo = z.enum(["true", "false", "1", "0"], { error: "must be true, false, 1 or 0" }).optional();

/** Files read at once for their directives. */
const READS_AT_ONCE = 32;

/** What a directory holds, one level or everything below, narrowed by name and directives. */
export const list = operation({
  id: "scripts.list",
  method: "get",
  path: "/api/v1/exec/scripts/list",
  summary: "List scripts",
  description:
    "With recursive or a filter by directive, only files are listed; else one level with directories.",
  query: z.object({
    ...scopeQuery,
    dir: z.string().default("").openapi({ example: "users" }),
    filter: z.string().max(256).default("*").openapi({ description: "Glob on the name", example: "*.ts" }),
    metadata: queryBoolean.optional(),
    recursive: queryBoolean.optional(),
    include_comments: queryBoolean.optional(),
    label: z.string().optional(),
    tags: z.string().optional().openapi({ description: "Comma list; one shared tag is enough" }),
    mode: z.string().optional().openapi({ example: "worker" }),
    enabled: yesOrNo,
    websocket: yesOrNo,
  }),
  response: z
    .object({
      directory: z.string(),
      count: z.int(),
      recursive: z.boolean().optional(),
      filters: z.record(z.string(), z.string()).optional(),
      scripts: z.array(ScriptEntry),
    })
    .openapi("ScriptList"),
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", ...READ_FAILURES],
  async handle({ query, scope }, { scripts }, { host }) {
    const filters = givenFilters(query);
    const isFiltered = hasFilters(filters);
    const recursive = query.recursive ?? false;

    const directory = scripts.resolveDirectory(query.dir, deploymentInScope(scope, host));
    const isWanted = toNameMatcher(query.filter);
    const entries = (await scripts.list(directory, { recursive })).filter(({ name }) => isWanted(name));
    const found = await describeEntries(scripts, entries, {
      filters: isFiltered ? filters : null,
      withDetails: query.metadata ?? false,
      withComments: query.include_comments ?? false,
    });
    return {
      directory: query.dir,
      count: found.length,
      ...(recursive || isFiltered ? { recursive, filters } : {}),
      scripts: found,
    };
  },
});

/** What an entry shows besides its name. */
interface Wanted {
  /** null when scripts are not chosen by their directives. */
  readonly filters: ScriptFilters | null;
  readonly withDetails: boolean;
  readonly withComments: boolean;
}

async function describeEntries(scripts: ScriptStore, entries: readonly DirectoryEntry[], wanted: Wanted) {
  const described: z.input<typeof ScriptEntry>[] = [];
  for (let at = 0; at < entries.length; at += READS_AT_ONCE) {
    const batch = entries.slice(at, at + READS_AT_ONCE);
    const shown = await Promise.all(batch.map((entry) => describeEntry(scripts, entry, wanted)));
    described.push(...shown.filter((entry) => entry !== null));
  }
  return described;
}

/** null for an entry that the filters leave out. */
async function describeEntry(
  scripts: ScriptStore,
  { name, path, isDirectory }: DirectoryEntry,
  { filters, withDetails, withComments }: Wanted,
): Promise<z.input<typeof ScriptEntry> | null> {
  const reads = filters !== null || withComments;
  const directives = reads && !isDirectory ? await readDirectives(scripts, path) : null;
  if (filters !== null && (directives === null || !matchesFilters(directives.effective, filters)))
    return null;
  return {
    name,
    path,
    isDirectory,
    ...(withDetails ? describeFile(scripts, path) : {}),
    ...(reads ? { magicComments: toMagicComments(directives) } : {}),
  };
}

/** The filters that were given, as strings, in the order of the contract. */
function givenFilters(query: ScriptFilters): Record<string, string> {
  const { label, tags, mode, enabled, websocket } = query;
  return Object.fromEntries(
    Object.entries({ label, tags, mode, enabled, websocket }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
}

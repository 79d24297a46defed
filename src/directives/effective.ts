import { logging } from "./logging.ts";
import { type DeclaredDirectives, DIRECTIVES, type DirectiveName, type Directives } from "./table.ts";
import type { unlisted } from "./unlisted.ts";

/** What a header says, the unlisted lines included. */
export type HeaderValues = DeclaredDirectives & { readonly [N in keyof typeof unlisted]?: Directives[N] };

/** Fills in the run-time defaults: those of the table, and the three that depend on something else. */
export function effectiveDirectives(header: HeaderValues): Directives {
  return {
    ...RUNTIME_DEFAULTS,
    ...header,
    timeout: header.timeout ?? null,
    "loop-limit": header["loop-limit"] ?? null,
    tokens: header.tokens ?? [],
    "schedule-timeout":
      header["schedule-timeout"] ?? header.timeout ?? DIRECTIVES["schedule-timeout"].defaults.runtime,
    "log-level": effectiveLogLevel(header),
  };
}

const RUNTIME_DEFAULTS = Object.fromEntries(
  Object.entries(DIRECTIVES).map(([name, entry]) => [name, entry.defaults.runtime]),
) as { readonly [N in Exclude<DirectiveName, "timeout" | "loop-limit">]: Directives[N] };

/** Logs are opt-in for each script, and any log directive opts in (script-runtime.md §15). */
function effectiveLogLevel(header: HeaderValues): Directives["log-level"] {
  if (header.debug === true) return "debug";
  if (header["log-level"] !== undefined) return header["log-level"];
  const asksForLogs = Object.keys(logging).some((name) => name !== "debug" && Object.hasOwn(header, name));
  return asksForLogs ? "standard" : DIRECTIVES["log-level"].defaults.runtime;
}

import type { ActiveExecutions } from "./active.ts";
import { reportThrown, stackOf, type ThrownReport } from "./thrown.ts";
import type { Units } from "./units.ts";

/** Something that was thrown while no request waited for it. */
export interface LateFailure extends ThrownReport {
  /** When no frame names a script: those that are waiting for something now. */
  readonly running?: readonly string[];
  /** When no frame names a script: the deployments that were called last, the latest first. */
  readonly latest?: readonly string[];
  /** When no frame names a script: the runtime's own words, since the mistake may be ours. */
  readonly fullStack?: string | null;
}

/** Scripts and deployments named when nothing tells which one it was. */
const NAMED_MAX = 5;

/**
 * Says which script threw, and where.
 *
 * Errors of the runtime's own functions carry no frame of a script (performance.md §4); then whoever reads the log is
 * told where to look first.
 */
export function explainLate(
  thrown: unknown,
  {
    active,
    units,
    root,
  }: { readonly active: ActiveExecutions; readonly units: Units; readonly root: string },
): LateFailure {
  const report = reportThrown(thrown, { fallback: null, lookup: units.compiler.unitOf, root });
  if (report.script !== null) return report;
  return {
    ...report,
    running: active.scripts(NAMED_MAX),
    latest: units.lastUsed(NAMED_MAX),
    fullStack: stackOf(thrown),
  };
}

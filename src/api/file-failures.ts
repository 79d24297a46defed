import type { FailureKind } from "../errors/failures.ts";

/** Of every operation whose caller names a path (control-api.md §0.2). */
export const PATH_FAILURES = [
  "pathExcluded",
  "pathOutside",
  "pathSymlink",
] as const satisfies readonly FailureKind[];

/** Of every operation that looks at the disk. */
export const READ_FAILURES = ["storageFailed", "storageBusy"] as const satisfies readonly FailureKind[];

/** Of every operation that changes what lies on the disk. */
export const WRITE_FAILURES = [...READ_FAILURES, "storageFull"] as const satisfies readonly FailureKind[];

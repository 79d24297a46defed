import type { Failure } from "./failure.ts";

/** Rows of the table of failures about the disk. */
export const storageFailures = {
  storageFailed: {
    status: 500,
    title: "The storage refused the operation",
    resolution:
      "Check the rights and the health of the storage directory's disk; details.reason is the system's code",
  },
  storageBusy: {
    status: 503,
    title: "Too many files are open",
    resolution: "Retry later, or raise the limit of open files (ulimit -n)",
  },
  storageFull: {
    status: 507,
    title: "The storage is full",
    resolution: "Free space or quota for the storage directory; what was stored before is unharmed",
  },
} as const satisfies Record<string, Failure>;

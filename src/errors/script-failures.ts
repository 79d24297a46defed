import type { Failure } from "./failure.ts";

/** TABLE: the kinds of failure for which a script is to blame; part of `FAILURES`. */
export const SCRIPT_FAILURES = {
  scriptFailed: {
    status: 500,
    title: "Script failed",
    resolution: "Read details.line and details.excerpt, mend the script and call it again",
  },
  scriptNotCompiled: {
    status: 500,
    title: "Script Compilation Error",
    resolution: "Mend the script at details.line; the next request runs the new version",
  },
  unserialisable: {
    status: 500,
    title: "The value the script returned cannot be written as JSON",
    resolution: "Return a value without cycles and BigInt",
  },
  returnTypeMismatch: {
    status: 500,
    title: "Return type validation failed",
    resolution: "Return what // @return-type declares",
  },
  returnTypeRefused: {
    status: 400,
    title: "Return type validation failed",
    resolution: "Return what // @return-type declares",
  },
  moduleMissing: {
    status: 500,
    title: "Cannot find module",
    resolution: "Mend the name or the path, or what the text says about the install of the package",
  },
  scriptTimeout: {
    status: 504,
    title: "Script timeout",
    resolution: "Raise @timeout or answer sooner",
  },
  scriptLoopLimit: {
    status: 504,
    title: "Script loop limit",
    resolution: "Mend the loop at details.line, let it await something, or raise @loop-limit",
  },
} as const satisfies Record<string, Failure>;

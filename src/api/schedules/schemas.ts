import { z } from "@hono/zod-openapi";
import { ExecError, isExecError } from "../../errors/exec-error.ts";
import type { Deployment } from "../../scripts/deployment.ts";
import type { ScriptStore } from "../../scripts/store.ts";

/** How a fire ended. */
export const fireStatus = z.enum([
  "ok",
  "error",
  "timeout",
  "disabled",
  "load_error",
  "incompatible",
  "skipped_overload",
]);

/** A script in an answer. */
export const scriptRel = z
  .string()
  .openapi({ example: "default/1/tick.js", description: "Relative to the scripts directory" });

/** What became of one run. */
export const runId = z.string().openapi({ format: "uuid" });

/** Five fields or a keyword. */
export const expression = z
  .string()
  .openapi({ example: "*/5 * * * *", description: "Minute, hour, day, month, weekday; or a keyword. UTC" });

/**
 * The files that a path may mean: below the scripts directory, else in the deployment of the Host.
 *
 * @returns Relative to the scripts directory, the first one first.
 * @throws {ExecError} `invalidInput` for a path outside, `pathExcluded`, `pathSymlink`.
 */
export function filesAt(scripts: ScriptStore, path: string, deployment: Deployment): readonly string[] {
  const absolute = path.startsWith("/") ? path : `${scripts.root}/${path}`;
  try {
    return [...new Set([scripts.resolve(absolute, deployment), scripts.resolve(path, deployment)])];
  } catch (error) {
    if (!isExecError(error) || error.kind !== "pathOutside") throw error;
    throw new ExecError("invalidInput", "scriptPath must be inside scripts directory", {
      details: { field: "scriptPath", reason: "outside of the scripts directory" },
    });
  }
}

import { z } from "@hono/zod-openapi";
import type { FailureKind } from "../../errors/failures.ts";

/** Texts by name: ranges of a group, or commands of `scripts`. */
export const textsByNameAnswer = z.record(z.string(), z.string()).openapi({ example: { dayjs: "^1.11.0" } });

/** `package.json`: there is one, at the root of the scripts directory. */
export const manifestPath = z.literal("package.json").openapi({ description: "In the scripts directory" });

/** Of every operation that reads package.json. */
export const MANIFEST_FAILURES = [
  "manifestMissing",
  "manifestUnusable",
  "pathSymlink",
] as const satisfies readonly FailureKind[];

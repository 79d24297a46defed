import { z } from "@hono/zod-openapi";
import { objectOrJsonText } from "../schemas.ts";

/**
 * Parsed directives by name, secrets redacted (magic-comments.md §4).
 *
 * Not a named component: `nullable()` would then make the component itself nullable, for every operation.
 */
export const MagicComments = z.record(z.string(), z.unknown()).openapi({
  example: { timeout: 5000, cors: "reflective", token: "[REDACTED]" },
});

/** What an update sets and removes: an object, or the JSON text of one, as the command line sends it. */
export const commentsToApply = objectOrJsonText(
  z.record(z.string(), z.unknown(), { error: "comments object is required" }),
).openapi({
  description: "Values by directive name; null or empty removes, [REDACTED] keeps a stored secret",
  example: { timeout: 5000, label: null },
});

/** Whether to answer what would happen instead of doing it. */
export const dryRun = z.boolean().default(false).openapi({ description: "Preview only" });

/** Human-readable differences of one file (magic-comments.md §6). */
export const changeTexts = z.array(z.string()).openapi({ example: ["timeout: 30000 → 5000"] });

/** A script that a bulk update changes. */
export const FilePreview = z.object({
  file: z.string(),
  current: MagicComments,
  proposed: MagicComments,
  changes: changeTexts,
});

/** A script that a bulk update cannot change, and why. */
export const FileFailure = z.object({ file: z.string(), error: z.string() });

/** Texts of the contract for both kinds of update. */
export const PREVIEW_MESSAGE = "Preview only - set dry_run=false to apply changes";
export const APPLIED_MESSAGE = "Magic comments updated successfully";

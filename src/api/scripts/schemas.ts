import { z } from "@hono/zod-openapi";
import { MagicComments } from "../magic-comments/schemas.ts";
import { isoTime } from "../schemas.ts";

/** Path below the scripts directory after scoping, `default/1/echo.js`. */
export const resolvedPath = z
  .string()
  .openapi({ example: "default/1/echo.js", description: "Relative to the scripts directory" });

/** Bytes on disk. */
export const sizeInBytes = z.int().openapi({ example: 512, description: "Bytes" });

/** Directives of a script with secrets redacted; null for a file that is no script. */
export const magicComments = MagicComments.nullable();

/** One line of a listing. */
export const ScriptEntry = z
  .object({
    name: z.string().openapi({ example: "echo.js" }),
    path: resolvedPath,
    isDirectory: z.boolean(),
    size: sizeInBytes.optional(),
    created: isoTime.optional(),
    modified: isoTime.optional(),
    extension: z.string().optional().openapi({ example: ".js" }),
    magicComments: magicComments.optional(),
  })
  .openapi("ScriptEntry");

/** A required name of a file in a query or body, with the contract's refusal for its absence. */
export function fileName(missing: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? missing : "must be a string") })
    .min(1, { error: missing });
}

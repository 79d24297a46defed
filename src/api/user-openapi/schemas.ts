import { z } from "@hono/zod-openapi";

/** What errors of this group say besides the envelope (control-api.md §13). */
export const FAILURE_EXTRA = { success: false } as const;

/** Calling deployment's own tree, whatever it is called on disk (control-api.md §13). */
export const OWN_SCRIPTS = "scripts";

/** Name of a directory in a query. */
export const directoryName = z
  .string()
  .openapi({ example: "users", description: "Below the deployment; scripts stands for all of it" });

/** Several of them in a body. */
export const directoryNames = z.array(z.string().min(1)).max(20);

/** An OpenAPI document; what is in it, OpenAPI itself says. */
export const OpenApiDocument = z.record(z.string(), z.unknown()).openapi("UserOpenApiDocument");

/** What a document says about itself. */
export const infoText = z.string().max(10_000);

/** Globs that choose files. */
export const patterns = z.array(z.string().min(1).max(256)).max(50);

/** What a generated document says about itself when nobody says otherwise. */
export const DEFAULT_INFO = {
  title: "Generated API",
  description: "Auto-generated from user scripts",
  version: "1.0.0",
} as const;

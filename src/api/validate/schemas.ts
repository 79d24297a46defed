import { z } from "@hono/zod-openapi";

/**
 * A field that must be there and be text.
 *
 * @param field Its name, for the refusal of anything that is no text.
 * @param missing Text of the refusal when it is absent.
 */
export function requiredText(field: string, missing: string) {
  return z.string({ error: ({ input }) => (input === undefined ? missing : `${field} must be a string`) });
}

/** Body of the operations that look at source text. */
export const codeBody = z
  .object({
    code: requiredText("code", "Missing code in request body").openapi({
      example: "return { hello: 'world' };",
      description: "Source text of a script; it is never run",
    }),
  })
  .openapi("ValidateCode");

/** What the loader's normaliser would do to the source. */
export const normalization = {
  normalized: z.boolean().openapi({ description: "Whether loading rewrites the source" }),
  transformations: z.array(z.string()).openapi({ example: ["export-default-to-direct"] }),
};

/** One module that a script needs. */
export const Dependency = z
  .object({
    name: z.string().openapi({ example: "lodash" }),
    installed: z.boolean(),
    version: z.string().optional(),
    builtin: z.literal(true).optional().openapi({ description: "Part of the runtime" }),
  })
  .openapi("Dependency");

/** A line of the header that was not used. */
export const MagicCommentWarning = z
  .object({
    directive: z.string().openapi({ example: "@timeout" }),
    value: z.string(),
    message: z.string(),
  })
  .openapi("MagicCommentWarning");

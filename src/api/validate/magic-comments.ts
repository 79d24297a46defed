import { z } from "@hono/zod-openapi";
import { checkMagicComments } from "../../validation/magic-comments.ts";
import { MagicComments } from "../magic-comments/schemas.ts";
import { operation } from "../operation.ts";
import { codeBody, MagicCommentWarning } from "./schemas.ts";

/** POST /api/v1/exec/validate/magic-comments: warnings only, any text is accepted. */
export const magicComments = operation({
  id: "validate.magicComments",
  method: "post",
  path: "/api/v1/exec/validate/magic-comments",
  summary: "Read the magic comments of a script and say which cannot be used",
  body: codeBody,
  response: z
    .object({
      magicComments: MagicComments.nullable(),
      warnings: z.array(MagicCommentWarning),
      returnType: z
        .object({
          definition: z.string().openapi({ example: "{ ok: boolean }" }),
          mode: z.enum(["strict", "dev", "warn"]),
          location: z.string().openapi({ example: "line 3" }),
        })
        .nullable(),
      message: z.string(),
    })
    .openapi("MagicCommentValidation"),
  failures: ["invalidInput"],
  handle({ body }) {
    const { magicComments, warnings, returnType } = checkMagicComments(body.code);
    return {
      magicComments,
      warnings: [...warnings],
      returnType:
        returnType === null
          ? null
          : {
              definition: returnType.definition,
              mode: returnType.mode,
              location: `line ${returnType.line}`,
            },
      message: describe(Object.keys(magicComments).length),
    };
  },
});

function describe(count: number): string {
  if (count === 0) return "No magic comments found";
  return count === 1 ? "Found 1 magic comment" : `Found ${count} magic comments`;
}

import { z } from "@hono/zod-openapi";
import { validateScript } from "../../validation/script.ts";
import { MagicComments } from "../magic-comments/schemas.ts";
import { operation } from "../operation.ts";
import { codeBody, MagicCommentWarning, normalization } from "./schemas.ts";

const Failed = z.object({ valid: z.literal(false), error: z.string() }).openapi("FailedCheck");

/** POST /api/v1/exec/validate/script: 200 for every text; `valid` tells. */
export const script = operation({
  id: "validate.script",
  method: "post",
  path: "/api/v1/exec/validate/script",
  summary: "Run every check over a script",
  body: codeBody,
  response: z
    .object({
      valid: z
        .boolean()
        .openapi({ description: "Syntax and TypeScript are right, every package is installed" }),
      results: z.object({
        syntax: z.union([z.object({ valid: z.literal(true), message: z.string() }), Failed]),
        typescript: z
          .union([z.object({ valid: z.literal(true), transpiledLength: z.int() }), Failed])
          .nullable()
          .openapi({ description: "null when the syntax is wrong already" }),
        dependencies: z.object({
          total: z.int(),
          installed: z.int(),
          missing: z.int(),
          missingModules: z.array(z.string()),
          allInstalled: z.boolean(),
        }),
        magicComments: MagicComments.nullable(),
        magicCommentWarnings: z.array(MagicCommentWarning),
        ...normalization,
      }),
      message: z.string(),
    })
    .openapi("ScriptValidation"),
  failures: ["invalidInput"],
  handle({ body }, { packages, sources }) {
    const report = validateScript(body.code, { packages, sources });
    const { total, installed, missing, missingModules, allInstalled } = report.dependencies;
    return {
      valid: report.valid,
      results: {
        syntax: report.syntax,
        typescript: report.typescript,
        dependencies: { total, installed, missing, missingModules: [...missingModules], allInstalled },
        magicComments: report.magicComments,
        magicCommentWarnings: [...report.magicCommentWarnings],
        normalized: report.transformations.length > 0,
        transformations: [...report.transformations],
      },
      message: report.message,
    };
  },
});

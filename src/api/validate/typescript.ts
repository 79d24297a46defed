import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { describeCompileError } from "../../validation/compile-check.ts";
import { checkTypeScript } from "../../validation/typescript.ts";
import { operation } from "../operation.ts";
import { codeBody, normalization } from "./schemas.ts";

/** POST /api/v1/exec/validate/typescript: types are removed, not proven. */
export const typescript = operation({
  id: "validate.typescript",
  method: "post",
  path: "/api/v1/exec/validate/typescript",
  summary: "Turn a TypeScript script into JavaScript",
  body: codeBody,
  response: z
    .object({
      valid: z.literal(true),
      javascript: z.string().openapi({ description: "The script without types" }),
      originalLength: z.int().openapi({ description: "UTF-16 units" }),
      transpiledLength: z.int().openapi({ description: "UTF-16 units" }),
      ...normalization,
      message: z.string().openapi({ example: "TypeScript validation successful" }),
    })
    .openapi("TypeScriptValidation"),
  failures: ["invalidInput"],
  handle({ body }, { sources }) {
    const check = checkTypeScript(body.code, sources);
    if (check.kind === "fails") {
      throw new ExecError("invalidInput", "TypeScript syntax error", {
        details: { valid: false, error: describeCompileError(check.error) },
      });
    }
    const { javascript, transformations } = check.prepared;
    return {
      valid: true,
      javascript,
      originalLength: body.code.length,
      transpiledLength: javascript.length,
      normalized: transformations.length > 0,
      transformations: [...transformations],
      message: "TypeScript validation successful",
    };
  },
});

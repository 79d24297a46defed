import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { describeCompileError } from "../../validation/compile-check.ts";
import { checkSyntax } from "../../validation/syntax.ts";
import { operation } from "../operation.ts";
import { codeBody, normalization } from "./schemas.ts";

/** POST /api/v1/exec/validate/syntax: top-level `return` and `await` are valid, TypeScript is tolerated. */
export const syntax = operation({
  id: "validate.syntax",
  method: "post",
  path: "/api/v1/exec/validate/syntax",
  summary: "Check the syntax of a script",
  body: codeBody,
  response: z
    .object({
      valid: z.literal(true),
      message: z.string().openapi({ example: "JavaScript syntax is valid" }),
      codeLength: z.int().openapi({ description: "UTF-16 units" }),
      ...normalization,
    })
    .openapi("SyntaxValidation"),
  failures: ["invalidInput"],
  handle({ body }, { sources }) {
    const check = checkSyntax(body.code, sources);
    if (check.kind === "fails") {
      throw new ExecError("invalidInput", "JavaScript syntax error detected", {
        details: { valid: false, error: check.error.message, message: describeCompileError(check.error) },
      });
    }
    const { transformations } = check.prepared;
    return {
      valid: true,
      message: "JavaScript syntax is valid",
      codeLength: body.code.length,
      normalized: transformations.length > 0,
      transformations: [...transformations],
    };
  },
});

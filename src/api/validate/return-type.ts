import { z } from "@hono/zod-openapi";
import { checkReturnType, parseReturnType } from "../../compiler/return-type.ts";
import { operation } from "../operation.ts";
import { requiredText } from "./schemas.ts";

const MISSING = "Missing required fields: typeDefinition and value";

/** POST /api/v1/exec/validate/return-type: the check of `@return-type` on a value of the caller's. */
export const returnType = operation({
  id: "validate.returnType",
  method: "post",
  path: "/api/v1/exec/validate/return-type",
  summary: "Compare a value with a TypeScript type",
  body: z
    .object({
      typeDefinition: requiredText("typeDefinition", MISSING).openapi({ example: "{ ok: boolean }" }),
      // JSON has no undefined, so whatever is undefined was not sent; null was.
      value: z.unknown().refine((value) => value !== undefined, { error: MISSING }),
    })
    .openapi("ValidateReturnType"),
  response: z
    .object({
      valid: z.boolean(),
      errors: z.array(
        z.object({
          path: z.string().openapi({ example: "$.users[0].name" }),
          expected: z.string(),
          actual: z.string(),
          message: z.string(),
        }),
      ),
      typeDefinition: z.string(),
      parsedType: z.record(z.string(), z.unknown()),
      message: z.string(),
    })
    .openapi("ReturnTypeValidation"),
  failures: ["invalidInput"],
  handle({ body: { typeDefinition, value } }) {
    const parsedType = parseReturnType(typeDefinition);
    const errors = checkReturnType(parsedType, value);
    const valid = errors.length === 0;
    return {
      valid,
      errors: [...errors],
      typeDefinition,
      parsedType: { ...parsedType },
      message: valid ? "Value matches the type" : "Value does not match the type",
    };
  },
});

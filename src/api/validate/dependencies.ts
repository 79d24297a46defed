import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { describeCompileError } from "../../validation/compile-check.ts";
import { checkDependencies, type DependencyReport } from "../../validation/dependencies.ts";
import { checkSyntax } from "../../validation/syntax.ts";
import { operation } from "../operation.ts";
import { codeBody, Dependency } from "./schemas.ts";

/** POST /api/v1/exec/validate/dependencies */
export const dependencies = operation({
  id: "validate.dependencies",
  method: "post",
  path: "/api/v1/exec/validate/dependencies",
  summary: "List the modules a script needs and whether they are installed",
  body: codeBody,
  response: z
    .object({
      totalModules: z.int(),
      allInstalled: z.boolean(),
      missingCount: z.int(),
      missingModules: z.array(z.string()),
      dependencies: z.array(Dependency),
      message: z.string(),
      installCommand: z.string().nullable().openapi({ example: "bun add lodash" }),
    })
    .openapi("DependencyValidation"),
  failures: ["invalidInput"],
  handle({ body }, { packages, sources }) {
    const syntax = checkSyntax(body.code, sources);
    if (syntax.kind === "fails") {
      // Which modules a text imports is only known once it parses.
      throw new ExecError("invalidInput", "JavaScript syntax error detected", {
        details: { valid: false, error: syntax.error.message, message: describeCompileError(syntax.error) },
      });
    }
    const report = checkDependencies(syntax.prepared.modules, packages);
    return {
      totalModules: report.total,
      allInstalled: report.allInstalled,
      missingCount: report.missing,
      missingModules: [...report.missingModules],
      dependencies: [...report.dependencies],
      message: describe(report),
      installCommand: report.installCommand,
    };
  },
});

function describe({ total, missing }: DependencyReport): string {
  if (total === 0) return "No dependencies found";
  return missing === 0 ? "All dependencies are installed" : `${missing} of ${total} dependencies are missing`;
}

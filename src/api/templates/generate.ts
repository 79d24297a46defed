import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { missingVariables, renderTemplate } from "../../templates/render.ts";
import type { Template } from "../../templates/template.ts";
import { isCheckedOnWrite } from "../../validation/write.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeBody, scopeQuery, unlessEmpty } from "../schemas.ts";
import { refuseInvalidScript } from "../scripts/invalid-script.ts";
import { TEMPLATE_FAILURES, templateName, templateVariables } from "./schemas.ts";

/** Fills a template in, and stores it as a script when asked to. */
export const generate = operation({
  id: "templates.generate",
  method: "post",
  path: "/api/v1/exec/templates/generate",
  summary: "Generate a script from a template",
  description: "With saveFile the code is checked and stored as scripts/write would, over whatever is there.",
  query: z.object(scopeQuery),
  body: z
    .object({
      ...scopeBody,
      name: templateName(),
      variables: templateVariables.default({}),
      outputPath: unlessEmpty(z.string()).openapi({
        example: "orders.ts",
        description: "Path inside the deployment",
      }),
      saveFile: z.boolean().default(false).openapi({ description: "Store the code at outputPath" }),
    })
    .openapi("TemplateGenerate"),
  response: z
    .object({
      generated: z.literal(true),
      template: z.string(),
      code: z.string(),
      saved: z.boolean(),
      path: z.string().nullable().openapi({
        example: "default/1/orders.ts",
        description: "Where it was stored, below the scripts directory",
      }),
      variables: templateVariables.openapi({ description: "As sent" }),
    })
    .openapi("TemplateGenerated"),
  failures: [...TEMPLATE_FAILURES, "invalidScript", ...PATH_FAILURES, ...WRITE_FAILURES],
  async handle({ body, scope }, { templates, scripts, sources, events }, { host, id }) {
    const { name, variables, outputPath, saveFile } = body;
    const deployment = deploymentInScope(scope, host);
    const file = outputPath === undefined ? null : scripts.resolve(outputPath, deployment);
    if (saveFile && file === null) {
      throw new ExecError("invalidInput", "outputPath is required when saveFile is true", {
        details: { field: "outputPath", reason: "is required" },
      });
    }
    const template = await templates.find(name);
    refuseMissing(template, variables);
    const code = renderTemplate(template, variables);
    const path = saveFile ? file : null;
    if (path !== null) {
      refuseInvalidScript(code, path, sources);
      const { created, size } = await scripts.write(path, code, { createDirs: true });
      const written = { path, scope: deployment.key, created, size, validated: isCheckedOnWrite(path) };
      events.emit("script.written", { ...written, source: "api" }, id);
    }
    return { generated: true as const, template: name, code, saved: path !== null, path, variables };
  },
});

function refuseMissing(template: Template, variables: Readonly<Record<string, unknown>>): void {
  const missing = missingVariables(template, variables);
  if (missing.length === 0) return;
  throw new ExecError("invalidInput", "Missing required variables", {
    details: { field: "variables", reason: `needs ${missing.join(", ")}`, missing },
  });
}

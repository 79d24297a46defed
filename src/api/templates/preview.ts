import { z } from "@hono/zod-openapi";
import { isRecord } from "../../base/realm.ts";
import { ExecError } from "../../errors/exec-error.ts";
import { renderTemplate } from "../../templates/render.ts";
import { operation } from "../operation.ts";
import { TEMPLATE_FAILURES, TemplateMetadata, templateName, toMetadata } from "./schemas.ts";

/** A template's code, with variables filled in where some are given. */
export const preview = operation({
  id: "templates.preview",
  method: "get",
  path: "/api/v1/exec/templates/preview",
  summary: "Show a template",
  description: "With variables, placeholders are filled as generate would fill them; missing ones stay.",
  query: z.object({
    name: templateName(),
    variables: z
      .string()
      .optional()
      .openapi({ example: '{"url":"https://example.com"}', description: "JSON object of values" }),
  }),
  response: z
    .object({
      template: z.object({
        name: z.string(),
        metadata: TemplateMetadata,
        code: z.string(),
        originalCode: z.string(),
        substituted: z.boolean().openapi({ description: "Whether code differs from originalCode" }),
      }),
    })
    .openapi("TemplatePreview"),
  failures: TEMPLATE_FAILURES,
  async handle({ query }, { templates }) {
    const variables = query.variables === undefined ? null : parseVariables(query.variables);
    const template = await templates.find(query.name);
    const code = variables === null ? template.code : renderTemplate(template, variables);
    return {
      template: {
        name: template.name,
        metadata: toMetadata(template),
        code,
        originalCode: template.code,
        substituted: code !== template.code,
      },
    };
  },
});

function parseVariables(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Refused below, with whatever else is no object.
  }
  throw new ExecError("invalidInput", "variables must be a JSON object", {
    details: { field: "variables", reason: "must be a JSON object" },
  });
}

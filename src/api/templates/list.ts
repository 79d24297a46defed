import { z } from "@hono/zod-openapi";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { queryBoolean } from "../schemas.ts";
import { TemplateMetadata, toMetadata } from "./schemas.ts";

/** The templates there are, the built-in ones first. */
export const list = operation({
  id: "templates.list",
  method: "get",
  path: "/api/v1/exec/templates/list",
  summary: "List templates",
  query: z.object({
    category: z.string().optional().openapi({ example: "api", description: "Only this category" }),
    includeBuiltin: queryBoolean.default(true),
    includeCustom: queryBoolean.default(true),
  }),
  response: z
    .object({
      count: z.int(),
      templates: z.array(
        z
          .object({ name: z.string(), metadata: TemplateMetadata, builtin: z.boolean() })
          .openapi("TemplateEntry"),
      ),
    })
    .openapi("TemplateList"),
  failures: ["invalidInput", ...READ_FAILURES],
  async handle({ query }, { templates }) {
    const found = await templates.list(query);
    return {
      count: found.length,
      templates: found.map((template) => ({
        name: template.name,
        metadata: toMetadata(template),
        builtin: template.builtin,
      })),
    };
  },
});

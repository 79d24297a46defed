import { z } from "@hono/zod-openapi";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { TEMPLATE_FAILURES, templateNameInPath } from "./schemas.ts";

/** Deletes a custom template; scripts that were generated from it stay. */
export const deleteCustom = operation({
  id: "templates.deleteCustom",
  method: "delete",
  path: "/api/v1/exec/templates/delete-custom/{name}",
  summary: "Delete a custom template",
  params: z.object({ name: templateNameInPath }),
  response: z.object({ deleted: z.literal(true), name: z.string() }).openapi("TemplateDeleted"),
  failures: [...TEMPLATE_FAILURES, ...WRITE_FAILURES],
  async handle({ params: { name } }, { templates }) {
    await templates.delete(name);
    return { deleted: true as const, name };
  },
});

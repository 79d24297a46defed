import { z } from "@hono/zod-openapi";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import {
  metadataPatch,
  TEMPLATE_FAILURES,
  TemplateMetadata,
  templateNameInPath,
  toMetadata,
} from "./schemas.ts";

/** Changes code, metadata or both of a custom template; what is not sent stays. */
export const updateCustom = operation({
  id: "templates.updateCustom",
  method: "put",
  path: "/api/v1/exec/templates/update-custom/{name}",
  summary: "Update a custom template",
  params: z.object({ name: templateNameInPath }),
  body: z
    .object({
      code: z.string({ error: "code must be a string" }).min(1).optional(),
      metadata: metadataPatch,
    })
    .openapi("TemplateUpdate"),
  response: z
    .object({ updated: z.literal(true), name: z.string(), metadata: TemplateMetadata })
    .openapi("TemplateUpdated"),
  failures: [...TEMPLATE_FAILURES, "templateTooLarge", ...WRITE_FAILURES],
  async handle({ params: { name }, body }, { templates }) {
    const template = await templates.update(name, body);
    return { updated: true as const, name, metadata: toMetadata(template) };
  },
});

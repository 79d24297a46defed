import { z } from "@hono/zod-openapi";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { metadataPatch, TEMPLATE_FAILURES, TemplateMetadata, templateName, toMetadata } from "./schemas.ts";

const MISSING = "name and code are required";

/** Stores a template of the user's own below `_hoody/templates/`. */
export const createCustom = operation({
  id: "templates.createCustom",
  method: "post",
  path: "/api/v1/exec/templates/create-custom",
  summary: "Create a custom template",
  body: z
    .object({
      name: templateName(MISSING),
      code: z
        .string({ error: ({ input }) => (input === undefined ? MISSING : "code must be a string") })
        .min(1, { error: MISSING })
        .openapi({ example: 'return { hello: "{{name}}" };\n' }),
      metadata: metadataPatch,
    })
    .openapi("TemplateCreate"),
  response: z
    .object({
      created: z.literal(true),
      name: z.string(),
      path: z.string().openapi({
        example: "_hoody/templates/greeting.json",
        description: "Its file, below the scripts directory",
      }),
      metadata: TemplateMetadata,
    })
    .openapi("TemplateCreated"),
  failures: [
    ...TEMPLATE_FAILURES.filter((kind) => kind !== "templateMissing"),
    "templateExists",
    "templateTooLarge",
    "templatesFull",
    ...WRITE_FAILURES,
  ],
  async handle({ body: { name, ...patch } }, { templates }) {
    const { template, file } = await templates.create(name, patch);
    return { created: true as const, name, path: file, metadata: toMetadata(template) };
  },
});

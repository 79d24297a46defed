import { z } from "@hono/zod-openapi";
import { describeDirectives } from "../../directives/describe.ts";
import { CATEGORIES } from "../../directives/directive.ts";
import { operation } from "../operation.ts";

const keys = z.array(z.string());

const DirectiveField = z
  .object({
    key: z.string(),
    directive: z.string(),
    category: z.enum(CATEGORIES),
    type: z.string(),
    enum_values: keys.optional(),
    accepts_keywords: keys.optional(),
    range: z.object({ min: z.number().optional(), max: z.number().optional() }).optional(),
    description: z.string(),
    defaults: z.object({ when_omitted: z.unknown(), runtime: z.unknown(), sdk_import: z.unknown() }),
    examples: keys.optional(),
    notes: keys.optional(),
  })
  .openapi("MagicCommentField");

/** The table of magic comments, for clients that build forms and checks from it. */
export const schema = operation({
  id: "magic.schema",
  method: "get",
  path: "/api/v1/exec/magic-comments/schema",
  summary: "Describe every magic comment",
  response: z
    .object({
      schema_version: z.string(),
      total_fields: z.int(),
      parse_window_lines: z.int(),
      unknown_keys_behavior: z.literal("ignored"),
      defaults_context: z.object({ when_omitted: z.string(), runtime: z.string(), sdk_import: z.string() }),
      source_of_truth: z.object({
        interface: z.string(),
        parser: z.string(),
        runtime_defaults: z.string(),
        sdk_import_defaults: z.string(),
      }),
      categories: z.object({ execution: keys, logging: keys, cors: keys, ai: keys, metadata: keys }),
      fields: z.array(DirectiveField),
    })
    .openapi("MagicCommentsSchema"),
  handle: () => describeDirectives(),
});

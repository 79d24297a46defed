import { z } from "@hono/zod-openapi";
import type { FailureKind } from "../../errors/failures.ts";
import { isTemplateName, type Template } from "../../templates/template.ts";
import { READ_FAILURES } from "../file-failures.ts";

/** Longest text of a template's metadata, in characters. */
const TEXT_MAX = 2000;

/** Most tags and params of a template. */
const ITEMS_MAX = 100;

/** Of every operation that names a template. */
export const TEMPLATE_FAILURES = [
  "invalidInput",
  "templateMissing",
  "templateUnreadable",
  "pathSymlink",
  ...READ_FAILURES,
] as const satisfies readonly FailureKind[];

/**
 * Name of a template.
 *
 * @param missing Text of the refusal when it is absent.
 */
export function templateName(missing = "name is required") {
  return nameThat(isTemplateName, missing);
}

/** The same in a path. A client is known to send the name of the segment itself, which names no template: 404. */
export const templateNameInPath = nameThat(
  (name) => name === ":name" || isTemplateName(name),
  "name is required",
);

function nameThat(fits: (name: string) => boolean, missing: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? missing : "name must be a string") })
    .min(1, { error: missing, abort: true })
    .refine(fits, {
      error:
        "Invalid template name: 1 to 64 letters, digits, dots, hyphens and underscores, the first a letter or digit, without two dots in a row",
    })
    .openapi({ example: "json-api" });
}

const text = z.string().max(TEXT_MAX);

/** A placeholder: its name, which then is required, or a description of it. */
export const TemplateParam = z
  .union([
    text,
    // Further keys are the author's own.
    z.looseObject({
      name: text,
      description: text.optional(),
      required: z.boolean().optional(),
      default: z.union([text, z.number(), z.boolean()]).optional(),
    }),
  ])
  .openapi("TemplateParam");

/** What lists show of a template. */
export const TemplateMetadata = z
  .object({
    name: z.string().openapi({ example: "json-api" }),
    category: z.string().openapi({ example: "api" }),
    tags: z.array(z.string()),
    description: z.string(),
    params: z.array(TemplateParam),
    version: z.string(),
    author: z.string(),
  })
  .openapi("TemplateMetadata");

/** Metadata as a caller gives it; what is left out keeps its value, or gets the default. */
export const metadataPatch = z
  .object({
    category: text.min(1).optional().openapi({ description: "custom when left out" }),
    tags: z.array(text).max(ITEMS_MAX).optional(),
    description: text.optional(),
    params: z.array(TemplateParam).max(ITEMS_MAX).optional(),
    version: text.optional(),
    author: text.optional(),
  })
  .optional();

/** Values by the names of placeholders. */
export const templateVariables = z
  .record(z.string(), z.unknown())
  .openapi({ description: "Values by the names of placeholders", example: { url: "https://example.com" } });

/** The metadata of a template as answers show it, its name among them. */
export function toMetadata({ name, metadata }: Template) {
  return { name, ...metadata };
}

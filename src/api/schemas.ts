import { z } from "@hono/zod-openapi";
import { isExecId, isSubdomain } from "../scripts/deployment.ts";

/** Deployment a control request names; what is absent comes from the Host header. */
export interface Scope {
  readonly execId?: string;
  readonly subdomain?: string;
}

// A schema's own message is the whole text of the refusal; one that begins with "must" is only its reason, and the
// text is then "Invalid query parameter" and the like (see input.ts).

/** Name of a deployment inside its subdomain. */
export const execId = z
  .string()
  .refine(isExecId, { error: "execId must be 1 to 64 lower-case letters and digits" })
  .openapi({ example: "1", description: "Deployment inside the subdomain" });

/** Name of the directory above deployments; lower-cased, as host names are. */
export const subdomain = z
  .string()
  .transform((name) => name.toLowerCase())
  .refine(isSubdomain, {
    error: "subdomain must be letters, digits, dots, hyphens and underscores, and no reserved name",
  })
  .openapi({ example: "default", description: "Directory above the deployment" });

/**
 * Fields by which a query names its deployment (control-api.md §0.1). Spread them into `query`; `input.ts` then
 * answers `scope`, where the query beats the body and `execId` beats its alias.
 */
export const scopeQuery = {
  execId: execId.optional(),
  exec_id: execId.optional().openapi({ deprecated: true, description: "The same as execId" }),
  subdomain: subdomain.optional(),
};

/** The same fields in a body. */
export const scopeBody = {
  execId: unlessEmpty(execId),
  exec_id: unlessEmpty(execId).openapi({ deprecated: true, description: "The same as execId" }),
  subdomain: unlessEmpty(subdomain),
};

/** An optional field of a body, where clients send null or an empty text for what they do not say. */
export function unlessEmpty<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (given) => (given === "" ? null : given),
    schema.nullish().transform((value) => value ?? undefined),
  );
}

/** Whether a value says no more than its absence: an empty query value, an empty text or null in a body. */
export function isNothing(given: unknown): boolean {
  return given === undefined || given === null || given === "";
}

/** A yes or no in a query: `true`, `false`, `1` or `0`; an empty value is no value. */
export const queryBoolean = z
  .enum(["true", "false", "1", "0"])
  .transform((text) => text === "true" || text === "1")
  .openapi({ type: "boolean" });

/**
 * Path of a script as a caller writes it: relative to the deployment or the scripts directory, or absolute inside it.
 *
 * @param missing Text of the refusal when it is absent, where the contract fixes one.
 */
export function scriptPath(missing = "path is required") {
  return z
    .string({ error: (issue) => (issue.input === undefined ? missing : "path must be a string") })
    .min(1, { error: missing })
    .openapi({ example: "hello.ts", description: "Script path inside the deployment" });
}

/** An integer in a query that is clamped to its bounds; anything else is refused. */
export function clampedInteger(bounds: { readonly min: number; readonly max: number }) {
  return z
    .string()
    .regex(/^-?\d+$/, { error: `must be between ${bounds.min} and ${bounds.max}` })
    .transform((text) => Math.min(bounds.max, Math.max(bounds.min, Number(text))))
    .openapi({ type: "integer", minimum: bounds.min, maximum: bounds.max });
}

/**
 * An object that may also come as its JSON text, as clients are known to send it.
 *
 * The document names both and leaves the members to its description.
 */
export function objectOrJsonText<T extends z.ZodType>(schema: T) {
  return z
    .unknown()
    .pipe(z.preprocess(parseJsonText, schema))
    .openapi({ anyOf: [{ type: "object" }, { type: "string", description: "The same as JSON" }] });
}

function parseJsonText(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // Left as the text it is, which the schema then refuses.
  }
}

/** A moment as ISO 8601 in UTC with milliseconds. */
export const isoTime = z.string().openapi({ format: "date-time", example: "2026-01-15T10:30:00.000Z" });

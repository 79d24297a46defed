import { z } from "@hono/zod-openapi";
import { inTurns } from "../../base/turns.ts";
import { ExecError } from "../../errors/exec-error.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { checkingDocument } from "../../user-openapi/check.ts";
import { generateDocument } from "../../user-openapi/generate.ts";
import type { JsonObject } from "../../user-openapi/json.ts";
import { writingJson } from "../../user-openapi/json-text.ts";
import { mergingDocuments } from "../../user-openapi/merge.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeBody } from "../schemas.ts";
import { scan } from "./scan.ts";
import { DEFAULT_INFO, directoryNames, FAILURE_EXTRA, infoText, OpenApiDocument } from "./schemas.ts";

const JSON_HEADERS = { "content-type": "application/json;charset=utf-8" };

/** POST /api/v1/exec/user-openapi/merge: documents of directories with hand-written ones on top. */
export const merge = operation({
  id: "openapi.merge",
  method: "post",
  path: "/api/v1/exec/user-openapi/merge",
  summary: "Merge OpenAPI documents, those of scripts among them",
  description:
    "Directories first, then specs in their order. An operation replaces an earlier one of the same path and method; " +
    "a component that differs from an earlier one of its name is renamed. Nothing is stored.",
  body: z
    .object({
      ...scopeBody,
      specs: z.array(z.record(z.string(), z.unknown())).max(50).optional(),
      directories: directoryNames.optional(),
      title: infoText.default("Merged API"),
      description: infoText.default("Combined OpenAPI specification"),
      version: infoText.default("1.0.0"),
    })
    .openapi("UserOpenApiMerge"),
  response: z.object({ success: z.literal(true), data: OpenApiDocument }).openapi("UserOpenApiMerged"),
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", "documentTooLarge", ...READ_FAILURES],
  failureExtra: FAILURE_EXTRA,
  async handle({ body, scope }, services, { host }) {
    const specs = body.specs ?? [];
    for (const [at, spec] of specs.entries()) await requireDocument(spec, `specs.${at}`);
    const documents = specs as JsonObject[];
    if (body.directories !== undefined && body.directories.length > 0) {
      const { found } = await scan(services, deploymentInScope(scope, host), body.directories);
      const { document } = await generateDocument(services.scripts, found, {
        info: DEFAULT_INFO,
        servers: [],
        bytesMax: services.config.openapiBytesMax,
      });
      documents.unshift(document);
    }
    const data = await inTurns(mergingDocuments(body, documents));
    return new Response(await inTurns(writingJson({ success: true, data })), { headers: JSON_HEADERS });
  },
});

async function requireDocument(spec: unknown, field: string): Promise<void> {
  const [first, ...others] = await inTurns(checkingDocument(spec));
  if (first === undefined) return;
  throw new ExecError("invalidInput", `Invalid OpenAPI document in ${field}: ${first}`, {
    details: { field, reason: first, errors: [first, ...others] },
  });
}

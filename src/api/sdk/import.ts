import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { isExecId } from "../../scripts/deployment.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { refuseInvalidScript } from "../scripts/invalid-script.ts";
import { announcing } from "./announce.ts";
import {
  describeSdk,
  magicComments,
  markerPath,
  middleware,
  sdkPath,
  sourceAuth,
  sourceUrl,
} from "./schemas.ts";

/** Makes scripts of an API: one for each operation of its OpenAPI document, which passes requests on. */
export const importSdk = operation({
  id: "sdk.import",
  method: "post",
  path: "/api/v1/exec/sdk/import",
  summary: "Import an API from its OpenAPI document",
  description:
    "Writes the scripts into default/{execId}. An import over an earlier one brings it up to date, unless files were edited.",
  body: z
    .object({
      execId: requiredText("execId is required")
        .refine(isExecId, { error: "execId must be 1 to 64 lower-case letters and digits" })
        .openapi({ example: "petstore" }),
      source_url: requiredText("source_url is required").openapi({
        example: "https://petstore.example/openapi.json",
        description: "HTTPS address of a JSON or YAML document",
      }),
      source_auth: sourceAuth.optional(),
      middleware: middleware.optional(),
      magic_comments: magicComments.optional(),
      force: z.boolean().default(false).openapi({ description: "Replace files that were edited" }),
    })
    .openapi("SdkImport"),
  response: z
    .object({
      action: z.literal("imported"),
      summary: z.object({
        new: z.int(),
        updated: z.int(),
        conflicts: z.int().openapi({ description: "Edited files that force has replaced" }),
        total: z.int().openapi({ description: "Scripts of operations" }),
      }),
      sdk: z.object({
        id: z.string(),
        source_url: sourceUrl,
        path: sdkPath,
        files: z.object({ endpoints: z.int(), pre: z.boolean(), post: z.boolean(), marker: markerPath }),
      }),
    })
    .openapi("SdkImported"),
  failures: [
    "invalidInput",
    "invalidScript",
    "secretMissing",
    ...PATH_FAILURES,
    "sdkEdited",
    "sourceUnusable",
    "sourceUnavailable",
    "importsFull",
    ...WRITE_FAILURES,
  ],
  async handle({ body }, { sdks, sources, events }, { id: requestId }) {
    const { execId: id, source_url, source_auth, middleware, magic_comments, force } = body;
    const { pre, post } = middleware ?? {};
    if (pre !== undefined) refuseInvalidScript(pre, "pre.js", sources);
    if (post !== undefined) refuseInvalidScript(post, "post.js", sources);
    const importer = await sdks.importer();
    const { summary } = await importer.import({
      id,
      sourceUrl: source_url,
      auth: source_auth ?? null,
      pre: pre ?? null,
      post: post ?? null,
      magicComments: magic_comments ?? {},
      force,
      note: announcing(events, { sdk: id, requestId }),
    });
    const stored = await sdks.store.find(id);
    // Whoever deletes it in this moment is answered first.
    if (stored === null) throw new ExecError("sdkMissing");
    const { path, marker, endpoints, pre: preFile, post: postFile } = describeSdk(stored);
    return {
      action: "imported" as const,
      summary,
      sdk: {
        id,
        source_url: stored.marker.sourceUrl,
        path,
        files: { endpoints, pre: preFile !== null, post: postFile !== null, marker },
      },
    };
  },
});

function requiredText(missing: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? missing : "must be a string") })
    .min(1, { error: missing, abort: true });
}

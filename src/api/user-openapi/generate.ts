import { z } from "@hono/zod-openapi";
import { safePath } from "../../base/safe-path.ts";
import { ExecError } from "../../errors/exec-error.ts";
import type { Deployment } from "../../scripts/deployment.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import type { ScriptStore } from "../../scripts/store.ts";
import { generateDocument } from "../../user-openapi/generate.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { isoTime, scopeBody } from "../schemas.ts";
import { EVERY_SCRIPT, scan } from "./scan.ts";
import {
  DEFAULT_INFO,
  directoryNames,
  FAILURE_EXTRA,
  infoText,
  OpenApiDocument,
  OWN_SCRIPTS,
  patterns,
} from "./schemas.ts";

/** POST /api/v1/exec/user-openapi/generate: the document of the scripts, stored with them. */
export const generate = operation({
  id: "openapi.generate",
  method: "post",
  path: "/api/v1/exec/user-openapi/generate",
  summary: "Describe the user's scripts as OpenAPI and store the document",
  description: "Stored as _hoody/openapi.json of the deployment.",
  body: z
    .object({
      ...scopeBody,
      directory: z.string().optional(),
      directories: directoryNames.optional(),
      recursive: z.boolean().default(EVERY_SCRIPT.recursive),
      includePatterns: patterns.default([...EVERY_SCRIPT.includePatterns]),
      excludePatterns: patterns.default([...EVERY_SCRIPT.excludePatterns]),
      title: infoText.default(DEFAULT_INFO.title),
      description: infoText.default(DEFAULT_INFO.description),
      version: infoText.default(DEFAULT_INFO.version),
      baseUrl: z.string().max(2048).default("http://localhost:8081"),
    })
    .openapi("UserOpenApiGenerate"),
  response: z
    .object({
      success: z.literal(true),
      data: OpenApiDocument,
      meta: z.object({
        pathCount: z.int(),
        scanDirectory: z
          .string()
          .openapi({ example: "default/1", description: "Below the scripts directory" }),
        generatedAt: isoTime,
      }),
    })
    .openapi("UserOpenApiGenerated"),
  failures: ["invalidInput", ...PATH_FAILURES, "directoryMissing", "documentTooLarge", ...WRITE_FAILURES],
  failureExtra: FAILURE_EXTRA,
  async handle({ body, scope }, services, { host }) {
    const { scripts, config, clock } = services;
    const deployment = deploymentInScope(scope, host);
    const names = [...(body.directory ? [body.directory] : []), ...(body.directories ?? [])];
    const { directories, found } = await scan(
      services,
      deployment,
      names.length > 0 ? names : [OWN_SCRIPTS],
      body,
    );
    const { document, pathCount } = await generateDocument(scripts, found, {
      info: body,
      servers: [{ url: body.baseUrl }],
      bytesMax: config.openapiBytesMax,
    });
    await store(scripts, deployment, `${JSON.stringify(document, null, 2)}\n`);
    return {
      success: true,
      data: document,
      meta: { pathCount, scanDirectory: directories.join(","), generatedAt: clock.now().toISOString() },
    };
  },
});

/** @throws {ExecError} `pathSymlink` where a link leads out of the scripts directory; as `ScriptStore.write`. */
async function store(scripts: ScriptStore, { key }: Deployment, text: string): Promise<void> {
  const place = safePath(scripts.root, `${key}/_hoody/openapi.json`);
  if (place.kind === "refused") throw new ExecError("pathSymlink");
  await scripts.write(place.entry, text, { createDirs: true });
}

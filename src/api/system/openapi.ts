import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";

// Both answer the committed files. Deriving them from the operations takes a tenth of a second, in which no script
// would be answered; a contract test keeps the files equal to what would be derived.

/** GET /openapi.json: the document of this API. */
export const openapiJson = operation({
  id: "system.openapiJson",
  method: "get",
  path: "/openapi.json",
  summary: "Describe this API as OpenAPI in JSON",
  response: z.record(z.string(), z.unknown()).openapi("OpenApiDocument"),
  handle: () => answerFile("openapi.json", "application/json; charset=utf-8"),
});

/** GET /openapi.yaml: the same document as YAML. */
export const openapiYaml = operation({
  id: "system.openapiYaml",
  method: "get",
  path: "/openapi.yaml",
  summary: "Describe this API as OpenAPI in YAML",
  response: z.string(),
  mediaType: "application/yaml",
  handle: () => answerFile("openapi.yaml", "application/yaml; charset=utf-8"),
});

async function answerFile(name: string, mediaType: string): Promise<Response> {
  const file = Bun.file(new URL(`../../../openapi/${name}`, import.meta.url));
  return new Response(await file.bytes(), { headers: { "content-type": mediaType } });
}

import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import type { SdkStore } from "../../sdk/sdk-store.ts";
import { PATH_FAILURES, READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { describeSdk, markerPath, sdkParams, sdkPath, sourceUrl } from "./schemas.ts";

const Middleware = z
  .object({
    exists: z.boolean(),
    path: z.string().optional().openapi({ example: "default/petstore/pre.js" }),
    hash: z.string().optional().openapi({ description: "SHA-256 of the file as it is now" }),
  })
  .openapi("SdkMiddleware");

/** One imported SDK with its files. */
export const get = operation({
  id: "sdk.get",
  method: "get",
  path: "/api/v1/exec/sdk/{id}",
  summary: "Show an imported SDK",
  params: sdkParams,
  response: z
    .object({
      id: z.string(),
      type: z.literal("sdk"),
      source_url: sourceUrl,
      path: sdkPath,
      marker: markerPath,
      middleware: z.object({ pre: Middleware, post: Middleware }),
      files: z.object({
        total: z.int(),
        endpoints: z.int(),
        list: z.array(z.string()).openapi({ description: "Below the scripts directory" }),
      }),
    })
    .openapi("Sdk"),
  failures: ["sdkMissing", ...PATH_FAILURES, ...READ_FAILURES],
  async handle({ params: { id } }, { sdks: { store } }) {
    const sdk = await store.find(id);
    if (sdk === null) throw new ExecError("sdkMissing");
    const { path, marker, files, endpoints, pre, post } = describeSdk(sdk);
    return {
      id,
      type: "sdk" as const,
      source_url: sdk.marker.sourceUrl,
      path,
      marker,
      middleware: {
        pre: await describeMiddleware(store, id, pre),
        post: await describeMiddleware(store, id, post),
      },
      files: { total: files.length, endpoints, list: files.map((file) => `${path}/${file}`) },
    };
  },
});

async function describeMiddleware(
  store: SdkStore,
  id: string,
  file: string | null,
): Promise<z.input<typeof Middleware>> {
  const hash = file === null ? null : await store.hashOf(id, file);
  return hash === null ? { exists: false } : { exists: true, path: `default/${id}/${file}`, hash };
}

import { z } from "@hono/zod-openapi";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { describeSdk, markerPath, sourceUrl } from "./schemas.ts";

/** Every imported SDK. */
export const list = operation({
  id: "sdk.list",
  method: "get",
  path: "/api/v1/exec/sdk/list",
  summary: "List imported SDKs",
  response: z
    .object({
      sdks: z.array(
        z
          .object({
            id: z.string(),
            source_url: sourceUrl,
            files: z.int().openapi({ description: "Imported files, the marker not among them" }),
            middleware: z.object({ pre: z.boolean(), post: z.boolean() }),
            marker: markerPath,
          })
          .openapi("SdkEntry"),
      ),
      total: z.int(),
    })
    .openapi("SdkList"),
  failures: READ_FAILURES,
  async handle(_input, { sdks }) {
    const found = (await sdks.store.list()).map((sdk) => {
      const { files, pre, post, marker } = describeSdk(sdk);
      return {
        id: sdk.id,
        source_url: sdk.marker.sourceUrl,
        files: files.length,
        middleware: { pre: pre !== null, post: post !== null },
        marker,
      };
    });
    return { sdks: found, total: found.length };
  },
});

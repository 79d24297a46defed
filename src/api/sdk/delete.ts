import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { announcing } from "./announce.ts";
import { sdkParams } from "./schemas.ts";

/** Removes what an import has written; whatever else lies in the deployment stays. */
export const remove = operation({
  id: "sdk.delete",
  method: "delete",
  path: "/api/v1/exec/sdk/{id}",
  summary: "Delete an imported SDK",
  params: sdkParams,
  response: z
    .object({
      message: z.literal("SDK deleted"),
      removed: z.object({
        marker: z.boolean(),
        files: z.int().openapi({ description: "Imported files, edited ones included" }),
        directory: z
          .boolean()
          .openapi({ description: "Whether nothing else lay in the directory, so that it is gone" }),
      }),
    })
    .openapi("SdkDeleted"),
  failures: ["sdkMissing", ...PATH_FAILURES, ...WRITE_FAILURES],
  async handle({ params: { id } }, { sdks, events }, { id: requestId }) {
    const removed = await sdks.store.remove(id, announcing(events, { sdk: id, requestId }));
    if (removed === null) throw new ExecError("sdkMissing");
    return { message: "SDK deleted" as const, removed: { marker: true, ...removed } };
  },
});

import { z } from "@hono/zod-openapi";

const id = z
  .string()
  .openapi({ example: "1", description: "Exec id; with its subdomain when that is not default" });
const files = z.int().openapi({ description: "Scripts in it" });

/** One deployment that somebody filled with scripts. */
export const CustomDeployment = z
  .object({ id, type: z.literal("custom"), files })
  .openapi("CustomDeployment");

/** One deployment that was imported; no extension of the other, which a document would make "both types at once". */
export const SdkDeployment = z
  .object({
    id,
    type: z.literal("sdk"),
    source_url: z.string().openapi({ description: "Secrets in its query are masked" }),
    files,
  })
  .openapi("SdkDeployment");

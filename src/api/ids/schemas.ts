import { z } from "@hono/zod-openapi";

/** One deployment that somebody filled with scripts. */
export const CustomDeployment = z
  .object({
    id: z
      .string()
      .openapi({ example: "1", description: "Exec id; with its subdomain when that is not default" }),
    type: z.literal("custom"),
    files: z.int().openapi({ description: "Scripts in it" }),
  })
  .openapi("CustomDeployment");

/** One deployment that was imported. */
export const SdkDeployment = CustomDeployment.extend({
  type: z.literal("sdk"),
  source_url: z.string().openapi({ description: "Secrets in its query are masked" }),
}).openapi("SdkDeployment");

import { z } from "@hono/zod-openapi";
import { BUNDLED, bundledVersion } from "../../packages/bundled.ts";
import { operation } from "../operation.ts";

/** GET /api/v1/exec/dependencies/bundled */
export const bundled = operation({
  id: "dependencies.bundled",
  method: "get",
  path: "/api/v1/exec/dependencies/bundled",
  summary: "List the packages that come with the server",
  description:
    "Scripts import them without an install; a copy in node_modules of the scripts directory wins.",
  response: z
    .object({
      total: z.int(),
      packages: z.array(
        z.object({
          name: z.string().openapi({ example: "zod" }),
          version: z.string().nullable(),
          available: z.boolean(),
        }),
      ),
      allAvailable: z.boolean(),
    })
    .openapi("BundledPackages"),
  handle() {
    const packages = [...BUNDLED].map((name) => {
      const version = bundledVersion(name);
      return { name, version, available: version !== null };
    });
    return {
      total: packages.length,
      packages,
      allAvailable: packages.every(({ available }) => available),
    };
  },
});

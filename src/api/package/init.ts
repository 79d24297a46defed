import { z } from "@hono/zod-openapi";
import { isExact } from "../../packages/package-spec.ts";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { packageName } from "../package-input.ts";
import { manifestPath } from "./schemas.ts";

/** POST /api/v1/exec/package/init */
export const init = operation({
  id: "package.init",
  method: "post",
  path: "/api/v1/exec/package/init",
  summary: "Create package.json in the scripts directory",
  body: z
    .object({
      name: packageName.default("hoody-exec-project"),
      version: z.string().refine(isExact, { error: "must be a version such as 1.0.0" }).default("1.0.0"),
      description: z.string().default("Hoody Exec project"),
      force: z.boolean().default(false).openapi({ description: "Begin anew where there is one" }),
    })
    .openapi("PackageInit"),
  response: z
    .object({
      message: z.literal("package.json created successfully"),
      path: manifestPath,
      content: z.record(z.string(), z.unknown()),
      created: z.literal(true),
    })
    .openapi("PackageCreated"),
  failures: ["invalidInput", "manifestExists", "manifestUnusable", ...WRITE_FAILURES],
  async handle({ body: { force, ...given } }, { installer }) {
    const content = { ...given, dependencies: {} };
    await installer.manifest.create(content, { replace: force });
    installer.forgiveFailures();
    return {
      message: "package.json created successfully" as const,
      path: "package.json" as const,
      content,
      created: true as const,
    };
  },
});

import { z } from "@hono/zod-openapi";
import { listedIn, manifestMissing } from "../../packages/manifest.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { MANIFEST_FAILURES, manifestPath, textsByNameAnswer } from "./schemas.ts";

/** GET /api/v1/exec/package/read */
export const read = operation({
  id: "package.read",
  method: "get",
  path: "/api/v1/exec/package/read",
  summary: "Read package.json of the scripts directory",
  response: z
    .object({
      path: manifestPath,
      content: z.record(z.string(), z.unknown()),
      dependencies: textsByNameAnswer,
      devDependencies: textsByNameAnswer,
      scripts: textsByNameAnswer,
      dependencyCount: z.int(),
      devDependencyCount: z.int(),
    })
    .openapi("Package"),
  failures: [...MANIFEST_FAILURES, ...READ_FAILURES],
  handle(_, { installer }) {
    const content = installer.manifest.read();
    if (content === null) throw manifestMissing();
    const dependencies = listedIn(content, "dependencies");
    const devDependencies = listedIn(content, "devDependencies");
    return {
      path: "package.json" as const,
      content,
      dependencies,
      devDependencies,
      scripts: listedIn(content, "scripts"),
      dependencyCount: Object.keys(dependencies).length,
      devDependencyCount: Object.keys(devDependencies).length,
    };
  },
});

import { z } from "@hono/zod-openapi";
import { compareInstalled } from "../../packages/comparison.ts";
import { manifestMissing } from "../../packages/manifest.ts";
import type { Services } from "../../services.ts";
import { READ_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { MANIFEST_FAILURES } from "./schemas.ts";

const contract = {
  path: "/api/v1/exec/package/compare",
  summary: "Compare package.json with what is installed",
  response: z
    .object({
      summary: z.object({
        total: z.int().openapi({ description: "Packages that are listed" }),
        installed: z.int().openapi({ description: "Of those; in whichever version" }),
        missing: z.int(),
        outdated: z.int(),
        extra: z.int(),
      }),
      missing: z.array(z.string()),
      outdated: z
        .array(z.object({ package: z.string(), declared: z.string(), installed: z.string() }))
        .openapi({ description: "Installed in a version that the range does not allow" }),
      extra: z
        .array(z.string())
        .openapi({ description: "Installed, but neither listed nor needed by what is" }),
      allInstalled: z.boolean(),
      upToDate: z.boolean().openapi({ description: "Nothing is missing or outdated" }),
    })
    .openapi("PackageComparison"),
  failures: [...MANIFEST_FAILURES, ...READ_FAILURES],
} as const;

/** POST /api/v1/exec/package/compare */
export const compare = operation({
  ...contract,
  id: "package.compare",
  method: "post",
  handle: (_, services) => answer(services),
});

/** GET /api/v1/exec/package/compare: the same, as an SDK names it. */
export const compareByGet = operation({
  ...contract,
  id: "package.compareByGet",
  method: "get",
  handle: (_, services) => answer(services),
});

async function answer({ installer, packages, scripts }: Services) {
  const content = installer.manifest.read();
  if (content === null) throw manifestMissing();
  const { root } = scripts;
  const { listed, missing, outdated, extra } = await compareInstalled(content, { root, packages });
  return {
    summary: {
      total: listed.length,
      installed: listed.length - missing.length,
      missing: missing.length,
      outdated: outdated.length,
      extra: extra.length,
    },
    missing,
    outdated,
    extra,
    allInstalled: missing.length === 0,
    upToDate: missing.length === 0 && outdated.length === 0,
  };
}

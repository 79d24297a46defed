import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { listedIn } from "../../packages/manifest.ts";
import { PINNED_GROUPS, pinRanges } from "../../packages/pin.ts";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { MANIFEST_FAILURES, textsByNameAnswer } from "./schemas.ts";

/** POST /api/v1/exec/package/pin */
export const pin = operation({
  id: "package.pin",
  method: "post",
  path: "/api/v1/exec/package/pin",
  summary: "Replace ranges in package.json by exact versions",
  description:
    "By the version that is installed when the range allows it; else ^ and ~ are taken off a range that then names " +
    "one version. What can be pinned neither way stays as it is.",
  body: z
    .object({
      packages: z
        .array(z.string())
        .max(1000)
        .optional()
        .openapi({ example: ["lodash"], description: "All when left out" }),
    })
    .openapi("PackagePin"),
  response: z
    .object({
      message: z.enum([
        "Dependencies pinned to exact versions",
        "All dependencies are already pinned to exact versions",
      ]),
      pinned: z.array(z.string()).openapi({ example: ["lodash: ^4.17.21 → 4.17.21"] }),
      count: z.int(),
      dependencies: textsByNameAnswer.optional().openapi({ description: "Absent when nothing was pinned" }),
    })
    .openapi("PackagePinned"),
  failures: ["invalidInput", ...MANIFEST_FAILURES, ...WRITE_FAILURES],
  async handle({ body }, { installer, packages }) {
    const names = body.packages ?? null;
    const { content, pinned } = await installer.manifest.edit((before) => {
      const listed = new Set(PINNED_GROUPS.flatMap((group) => Object.keys(listedIn(before, group))));
      const unknown = names?.findIndex((name) => !listed.has(name)) ?? -1;
      if (unknown >= 0) {
        throw new ExecError("invalidInput", "Invalid request body", {
          details: { field: `packages.${unknown}`, reason: "is not listed in package.json" },
        });
      }
      return pinRanges(before, { names, versionOf: (name) => packages.installedVersion(name) });
    });
    if (pinned.length === 0) {
      return {
        message: "All dependencies are already pinned to exact versions" as const,
        pinned: [],
        count: 0,
      };
    }
    return {
      message: "Dependencies pinned to exact versions" as const,
      pinned,
      count: pinned.length,
      dependencies: listedIn(content, "dependencies"),
    };
  },
});

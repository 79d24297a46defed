import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { manifestMissing } from "../../packages/manifest.ts";
import { type PackageSpec, parsePackageSpec, textOf } from "../../packages/package-spec.ts";
import { operation } from "../operation.ts";
import { MANIFEST_FAILURES } from "./schemas.ts";

/** POST /api/v1/exec/package/install: the answer goes out at once, the install goes on. */
export const install = operation({
  id: "package.install",
  method: "post",
  path: "/api/v1/exec/package/install",
  summary: "Install npm packages in the background",
  description:
    "Those that are named, or all that package.json lists. How it went stands in the log and in the event " +
    "system.packages_installed, under the id of this request.",
  body: z
    .object({
      packages: z
        .array(z.string())
        .max(100)
        .optional()
        .openapi({ example: ["dayjs", "lodash@^4"], description: "All that is listed when left out" }),
      dev: z.boolean().default(false).openapi({ description: "List them in devDependencies" }),
      save: z.boolean().default(true).openapi({ description: "Whether package.json lists them" }),
      force: z.boolean().default(false).openapi({ description: "Also what is installed already" }),
    })
    .openapi("PackageInstall"),
  status: 202,
  response: z
    .object({
      status: z.literal("installing"),
      command: z
        .string()
        .openapi({ example: "bun add dayjs", description: "What would do the same by hand" }),
      message: z.string(),
    })
    .openapi("PackageInstalling"),
  failures: ["invalidInput", ...MANIFEST_FAILURES, "installsFull"],
  handle({ body: { packages = [], dev, save, force } }, { installer, packageJobs }, { id }) {
    const specs = [...new Set(packages)].map(requireSpec);
    const isListed = installer.manifest.read() !== null;
    if (specs.length === 0) {
      if (!isListed) throw manifestMissing();
      void packageJobs.addListed({ force }, { requestId: id });
    } else {
      const group = dev ? ("devDependencies" as const) : null;
      void packageJobs.add(
        specs.map((spec) => ({ spec, group, save, force })),
        { requestId: id },
      );
    }
    return {
      status: "installing" as const,
      command: toCommand(specs, { dev, save, force }),
      message: "The install goes on in the background; the log and system.packages_installed tell its end",
    };
  },
});

function requireSpec(text: string, index: number): PackageSpec {
  const parsed = parsePackageSpec(text);
  if (parsed.kind === "package") return parsed.spec;
  throw new ExecError("invalidInput", "Invalid request body", {
    details: { field: `packages.${index}`, reason: parsed.reason },
  });
}

/** For a shell: a range may hold what one takes for its own. */
function toCommand(
  specs: readonly PackageSpec[],
  { dev, save, force }: { readonly dev: boolean; readonly save: boolean; readonly force: boolean },
): string {
  const names = specs.map(textOf).map((text) => (/^[\w@/.^-]+$/.test(text) ? text : `'${text}'`));
  const flags = [
    ...(dev && specs.length > 0 ? ["--dev"] : []),
    ...(save ? [] : ["--no-save"]),
    ...(force ? ["--force"] : []),
  ];
  return ["bun", specs.length === 0 ? "install" : "add", ...names, ...flags].join(" ");
}

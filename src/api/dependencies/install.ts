import { z } from "@hono/zod-openapi";
import type { InstallOutcome } from "../../packages/installer.ts";
import { parsePackageSpec, textOf } from "../../packages/package-spec.ts";
import { operation } from "../operation.ts";
import { oneOrMany } from "../package-input.ts";

const InstalledModule = z
  .object({
    module: z.string().openapi({ example: "dayjs@^1" }),
    status: z.enum(["installed", "already-installed", "failed", "rejected"]),
    version: z.string().nullable().optional().openapi({ description: "Version that is there now" }),
    reason: z.string().optional().openapi({ description: "Why it is not there" }),
  })
  .openapi("InstalledModule");

/** POST /api/v1/exec/dependencies/install: the answer goes out when everything has been tried. */
export const install = operation({
  id: "dependencies.install",
  method: "post",
  path: "/api/v1/exec/dependencies/install",
  summary: "Install npm packages for scripts and wait for them",
  description:
    "One after the other, into package.json and node_modules of the scripts directory; no script of a package runs. " +
    "What is accepted is a name, alone or with a range of versions or a tag. One that fails leaves everything as it " +
    "was and does not keep the others from being installed.",
  body: z
    .object({
      modules: oneOrMany("modules (string or array) is required", "kept"),
      force: z.boolean().default(false).openapi({ description: "Also what is installed already" }),
    })
    .openapi("DependencyInstall"),
  response: z
    .object({
      total: z.int(),
      installed: z.int().openapi({ description: "What was installed already counts" }),
      failed: z.int(),
      installedModules: z.array(z.string()),
      failedModules: z.array(z.string()),
      details: z.array(InstalledModule),
    })
    .openapi("DependenciesInstalled"),
  failures: ["invalidInput", "installsFull"],
  async handle({ body: { modules, force } }, { packageJobs }, { id, whileOpen }) {
    const parsed = modules.map((module) => ({ module, ...parsePackageSpec(module) }));
    const specs = parsed.flatMap((each) => (each.kind === "package" ? [each.spec] : []));
    const requests = specs.map((spec) => ({ spec, group: null, save: true, force }));
    const outcomes =
      requests.length === 0 ? [] : await whileOpen(packageJobs.add(requests, { requestId: id }));
    const outcomeOf = new Map(specs.map((spec, index) => [textOf(spec), outcomes[index]]));
    const details = parsed.map((each) =>
      each.kind === "refused"
        ? { module: each.module, status: "rejected" as const, reason: each.reason }
        : { module: each.module, ...detailOf(outcomeOf.get(textOf(each.spec))) },
    );
    const failedModules = details.filter(({ reason }) => reason !== undefined).map(({ module }) => module);
    const installedModules = details.filter(({ reason }) => reason === undefined).map(({ module }) => module);
    return {
      total: details.length,
      installed: installedModules.length,
      failed: failedModules.length,
      installedModules,
      failedModules,
      details,
    };
  },
});

function detailOf(outcome: InstallOutcome | undefined): Omit<z.output<typeof InstalledModule>, "module"> {
  if (outcome === undefined) return { status: "failed", reason: "an internal error" };
  return outcome.kind === "failed"
    ? { status: "failed", reason: outcome.reason }
    : { status: outcome.kind, version: outcome.version };
}

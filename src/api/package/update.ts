import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { listedIn } from "../../packages/manifest.ts";
import { NO_METADATA, updateManifest } from "../../packages/manifest-update.ts";
import { isExact, parsePackageSpec } from "../../packages/package-spec.ts";
import { isPackageName } from "../../packages/specifier.ts";
import { WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { oneOrMany, textsByName } from "../package-input.ts";
import { MANIFEST_FAILURES, textsByNameAnswer } from "./schemas.ts";

/** POST /api/v1/exec/package/update: changes the file only; `package/install` then makes node_modules fit. */
export const update = operation({
  id: "package.update",
  method: "post",
  path: "/api/v1/exec/package/update",
  summary: "Change package.json of the scripts directory",
  description:
    "Nothing is installed or removed by it: package/install without names makes node_modules fit. What is removed " +
    "goes from every group; a name that is not listed is no change.",
  body: z
    .object({
      dependencies: textsByName("ranges").optional(),
      scripts: textsByName("commands").optional(),
      metadata: z
        .record(z.string(), z.unknown())
        .optional()
        .openapi({ description: "Other members; null takes one away", example: { license: "MIT" } }),
      remove: oneOrMany("remove must be a name or a list of names").optional(),
    })
    .openapi("PackageUpdate"),
  response: z
    .object({
      message: z.literal("package.json updated successfully"),
      changes: z.array(z.string()).openapi({ example: ["Added dayjs: ^1.11.0"] }),
      changeCount: z.int(),
      dependencies: textsByNameAnswer,
    })
    .openapi("PackageUpdated"),
  failures: ["invalidInput", ...MANIFEST_FAILURES, ...WRITE_FAILURES],
  async handle({ body }, { installer }) {
    const { dependencies = {}, scripts = {}, metadata = {}, remove = [] } = body;
    requireRanges(dependencies);
    requireMetadata(metadata);
    for (const [index, name] of remove.entries()) {
      if (!isPackageName(name)) throw refusal(`remove.${index}`, "must be the name of a package");
    }
    const { content, changes } = await installer.manifest.edit((before) =>
      updateManifest(before, { dependencies, scripts, metadata, remove }),
    );
    installer.forgiveFailures();
    return {
      message: "package.json updated successfully" as const,
      changes,
      changeCount: changes.length,
      dependencies: listedIn(content, "dependencies"),
    };
  },
});

/** Only what `package/install` would accept: nothing that leads to a file, an address or a repository. */
function requireRanges(dependencies: Readonly<Record<string, string>>): void {
  for (const [name, range] of Object.entries(dependencies)) {
    if (!isPackageName(name))
      throw refusal("dependencies", "must be an object of ranges by name of a package");
    const parsed = parsePackageSpec(`${name}@${range}`);
    if (parsed.kind === "refused") throw refusal(`dependencies.${name}`, parsed.reason);
  }
}

function requireMetadata(metadata: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(metadata)) {
    if (NO_METADATA.has(name)) throw refusal("metadata", `must not hold ${name}`);
    if (name === "name" && !(typeof value === "string" && isPackageName(value))) {
      throw refusal("metadata.name", "must be the name of a package");
    }
    if (name === "version" && !(typeof value === "string" && isExact(value))) {
      throw refusal("metadata.version", "must be a version such as 1.0.0");
    }
  }
}

function refusal(field: string, reason: string): ExecError {
  return new ExecError("invalidInput", "Invalid request body", { details: { field, reason } });
}

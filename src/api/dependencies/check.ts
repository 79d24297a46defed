import { z } from "@hono/zod-openapi";
import type { SourceLimit } from "../../compiler/source-limit.ts";
import { ExecError } from "../../errors/exec-error.ts";
import { BUNDLED, bundledVersion } from "../../packages/bundled.ts";
import { parsePackageSpec, satisfies } from "../../packages/package-spec.ts";
import type { PackageResolver } from "../../packages/resolver.ts";
import { describeCompileError } from "../../validation/compile-check.ts";
import { checkSyntax } from "../../validation/syntax.ts";
import { operation } from "../operation.ts";
import { oneOrMany } from "../package-input.ts";

const NEITHER = "code or modules array is required";

const CheckedModule = z
  .object({
    module: z.string().openapi({ example: "lodash@^4", description: "As it was written" }),
    installed: z.boolean().openapi({ description: "In a version that the range allows" }),
    version: z.string().nullable().openapi({ description: "Version that is installed" }),
  })
  .openapi("CheckedModule");

/** Clients send every field; an empty one asks for nothing. */
function emptyAsAbsent(modules: unknown): unknown {
  return modules === null || modules === "" || (Array.isArray(modules) && modules.length === 0)
    ? undefined
    : modules;
}

/** POST /api/v1/exec/dependencies/check */
export const check = operation({
  id: "dependencies.check",
  method: "post",
  path: "/api/v1/exec/dependencies/check",
  summary: "Say which npm packages are installed and which are missing",
  description: "Of a source text or of a list, which wins; modules of the runtime and files are left out.",
  body: z
    .object({
      code: z
        .string({ error: "code must be a string" })
        .optional()
        .openapi({ example: 'import dayjs from "dayjs";' }),
      modules: z.preprocess(emptyAsAbsent, oneOrMany("modules must be a string or an array").optional()),
    })
    .openapi("DependencyCheck"),
  response: z
    .object({
      total: z.int(),
      installed: z.array(z.object({ name: z.string(), version: z.string().nullable() })),
      missing: z.array(z.string()),
      details: z.array(CheckedModule).optional(),
      message: z.string().optional().openapi({ description: "Only when no package is used" }),
    })
    .openapi("DependenciesChecked"),
  failures: ["invalidInput"],
  handle({ body: { code, modules } }, { packages, sources }) {
    if (modules === undefined && code === undefined) {
      throw new ExecError("invalidInput", NEITHER, { details: { field: "body", reason: NEITHER } });
    }
    const found = (modules ?? modulesOf(code ?? "", sources)).flatMap((module) => inspect(module, packages));
    // "lodash" and "lodash/fp" are one package.
    const details = [...new Map(found.map((each) => [each.module, each])).values()];
    if (details.length === 0) {
      return { total: 0, installed: [], missing: [], message: "No npm packages are used" };
    }
    return {
      total: details.length,
      installed: details.filter(({ installed }) => installed).map(({ name, version }) => ({ name, version })),
      missing: details.filter(({ installed }) => !installed).map(({ module }) => module),
      details: details.map(({ module, installed, version }) => ({ module, installed, version })),
    };
  },
});

/** Packages that a source names, each once and without the paths inside of them. */
function modulesOf(code: string, sources: SourceLimit): readonly string[] {
  const syntax = checkSyntax(code, sources);
  if (syntax.kind === "compiles") return syntax.prepared.modules;
  // Which modules a text imports is only known once it parses.
  throw new ExecError("invalidInput", "JavaScript syntax error detected", {
    details: { field: "code", reason: syntax.error.message, message: describeCompileError(syntax.error) },
  });
}

function inspect(module: string, packages: PackageResolver) {
  const parsed = parsePackageSpec(module);
  if (parsed.kind === "package" && parsed.spec.range !== null) {
    const { name, range } = parsed.spec;
    const version = versionOf(name, packages);
    return [{ module, name, version, installed: version !== null && satisfies(version, range) }];
  }
  return packages
    .inspect([module])
    .filter(({ builtin }) => builtin !== true)
    .map(({ name, installed }) => ({
      module: name,
      name,
      version: installed ? versionOf(name, packages) : null,
      installed,
    }));
}

function versionOf(name: string, packages: PackageResolver): string | null {
  return packages.installedVersion(name) ?? (BUNDLED.has(name) ? bundledVersion(name) : null);
}

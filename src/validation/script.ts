import type { SourceLimit } from "../compiler/source-limit.ts";
import type { DirectiveWarning } from "../directives/parse.ts";
import type { PackageResolver } from "../packages/resolver.ts";
import { type CompileCheck, describeCompileError } from "./compile-check.ts";
import { checkDependencies, type DependencyReport } from "./dependencies.ts";
import { checkMagicComments } from "./magic-comments.ts";
import { checkSyntax } from "./syntax.ts";
import { checkTypeScript } from "./typescript.ts";

/** Everything that can be said about a script without running it (control-api.md §5). */
export interface ScriptReport {
  /** Syntax and TypeScript are right and every package is installed; warnings do not count. */
  readonly valid: boolean;
  readonly syntax: { readonly valid: true; readonly message: string } | FailedReport;
  /** Null when the syntax is wrong already. */
  readonly typescript: { readonly valid: true; readonly transpiledLength: number } | FailedReport | null;
  /** Empty when the source does not compile, because then nobody knows what it imports. */
  readonly dependencies: DependencyReport;
  readonly magicComments: Readonly<Record<string, unknown>>;
  readonly magicCommentWarnings: readonly DirectiveWarning[];
  /** Names of the rewrites that loading would make. */
  readonly transformations: readonly string[];
  readonly message: string;
}

interface FailedReport {
  readonly valid: false;
  readonly error: string;
}

/** Runs every check over a source, in order. Never throws for what the author wrote. */
export function validateScript(
  source: string,
  { packages, sources }: { readonly packages: PackageResolver; readonly sources?: SourceLimit },
): ScriptReport {
  const syntax = checkSyntax(source, sources);
  const typescript = syntax.kind === "compiles" ? asTypeScript(syntax, source) : null;
  const modules = syntax.kind === "compiles" ? syntax.prepared.modules : [];
  const dependencies = checkDependencies(modules, packages);
  const { magicComments, warnings } = checkMagicComments(source);
  const compiles = syntax.kind === "compiles" && typescript?.kind === "compiles";
  return {
    valid: compiles && dependencies.allInstalled,
    syntax:
      syntax.kind === "compiles" ? { valid: true, message: "JavaScript syntax is valid" } : toFailed(syntax),
    typescript: typescript === null ? null : toTypeScriptReport(typescript),
    dependencies,
    magicComments,
    magicCommentWarnings: warnings,
    transformations: syntax.kind === "compiles" ? syntax.prepared.transformations : [],
    message: summarize({ compiles, dependencies }),
  };
}

/** A source that is no JavaScript has been checked as TypeScript already, which takes long for a large one. */
function asTypeScript(syntax: CompileCheck & { kind: "compiles" }, source: string): CompileCheck {
  return syntax.prepared.file.endsWith(".ts") ? syntax : checkTypeScript(source);
}

function toTypeScriptReport(check: CompileCheck): NonNullable<ScriptReport["typescript"]> {
  return check.kind === "fails"
    ? toFailed(check)
    : { valid: true, transpiledLength: check.prepared.javascript.length };
}

function toFailed({ error }: CompileCheck & { kind: "fails" }): FailedReport {
  return { valid: false, error: describeCompileError(error) };
}

function summarize({
  compiles,
  dependencies,
}: {
  compiles: boolean;
  dependencies: DependencyReport;
}): string {
  if (!compiles) return "Script validation failed";
  if (dependencies.allInstalled) return "Script validation successful";
  return `Script validation failed: missing ${dependencies.missingModules.join(", ")}`;
}

import type { Reading } from "./directive.ts";
import { effectiveDirectives, type HeaderValues } from "./effective.ts";
import { REDACTED } from "./redact.ts";
import { type HeaderLine, scanHeader } from "./scan.ts";
import {
  type DeclaredDirectives,
  type DirectiveName,
  type Directives,
  directiveOf,
  isDirectiveName,
  isListedName,
} from "./table.ts";

/** What the header of a script says. */
export interface ParsedDirectives {
  /** Only what the file says, secrets in clear: give it to `redactDirectives` before it leaves the process. */
  readonly declared: DeclaredDirectives;
  readonly effective: Directives;
  /** Lines that could not be used, in their order. */
  readonly warnings: readonly DirectiveWarning[];
  readonly returnType: DeclaredReturnType | null;
}

/** A line that was not used; the default is in force instead. Holds no secret. */
export interface DirectiveWarning {
  /** `@timeout` */
  readonly directive: string;
  /** The text behind the name, `[REDACTED]` where it may be a secret. */
  readonly value: string;
  readonly message: string;
}

/** `// @return-type` with its mode. */
export interface DeclaredReturnType {
  /** TypeScript type, not yet parsed. */
  readonly definition: string;
  readonly mode: Directives["return-type-mode"];
  /** Line of the definition, 1-based. */
  readonly line: number;
}

/** A line of the header whose name is in the table. */
export type DirectiveLine = HeaderLine & { readonly name: DirectiveName };

/** Reads the directives of a source by the table. Never throws: an unusable line is a warning. */
export function parseDirectives(source: string): ParsedDirectives {
  const values = new Map<DirectiveName, unknown>();
  const tokens: string[] = [];
  const warnings: DirectiveWarning[] = [];

  for (const line of decidingLines(source)) {
    const reading = readLine(line);
    if (reading.kind === "unusable") {
      warnings.push(toWarning(line, reading.reason));
    } else if (line.name === "token" && tokens.length === directiveOf("token").linesMax) {
      warnings.push(toWarning(line, `at most ${tokens.length} lines of @token count`));
    } else {
      values.set(line.name, reading.value);
      if (line.name === "token") tokens.push(reading.value as string);
    }
  }

  const header: HeaderValues = { ...Object.fromEntries(values), ...(tokens.length > 0 ? { tokens } : {}) };
  const effective = effectiveDirectives(header);
  return {
    declared: withoutUnlisted(header),
    effective,
    warnings,
    returnType: declaredReturnType(source, effective),
  };
}

/** Every line of the header that names a directive and is written as one, the ones that are overruled included. */
export function directiveLines(source: string): readonly DirectiveLine[] {
  return knownLines(source).filter((line) => line.spaced);
}

/** What a line says in the grammar of its directive. */
export function readLine(line: DirectiveLine): Reading<unknown> {
  if (!line.spaced) return { kind: "unusable", reason: `expected white space between // and @${line.name}` };
  return directiveOf(line.name).grammar.parse(line.value);
}

/** Every line of the header that names a directive, those that only look like one included. */
export function knownLines(source: string): readonly DirectiveLine[] {
  return scanHeader(source).filter((line): line is DirectiveLine => isDirectiveName(line.name));
}

/** The last line of each directive, every line of one that may repeat, and lines that only look like one. */
function decidingLines(source: string): readonly DirectiveLine[] {
  const lines = knownLines(source);
  const last = new Map(lines.filter((line) => line.spaced).map((line) => [line.name, line]));
  return lines.filter(
    (line) => !line.spaced || directiveOf(line.name).linesMax !== undefined || last.get(line.name) === line,
  );
}

function toWarning({ name, value }: DirectiveLine, reason: string): DirectiveWarning {
  const shown = directiveOf(name).grammar.secret && value !== "" ? REDACTED : value;
  return { directive: `@${name}`, value: shown, message: `Cannot use ${JSON.stringify(shown)}: ${reason}` };
}

function withoutUnlisted(header: HeaderValues): DeclaredDirectives {
  return Object.fromEntries(
    Object.entries(header).filter(([name]) => isListedName(name) || name === "tokens"),
  );
}

function declaredReturnType(source: string, effective: Directives): DeclaredReturnType | null {
  const line = directiveLines(source).findLast(({ name }) => name === "return-type");
  if (line === undefined || effective["return-type"] === null) return null;
  return { definition: effective["return-type"], mode: effective["return-type-mode"], line: line.line };
}

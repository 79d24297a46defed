import { ExecError } from "../errors/exec-error.ts";
import { type DirectiveChange, parseChanges } from "./change.ts";
import { type DirectiveLine, directiveLines, parseDirectives, readLine } from "./parse.ts";
import { applyPatches, insertion, type Patch, removal } from "./patch.ts";
import { REDACTED } from "./redact.ts";
import { WINDOW_LINES } from "./scan.ts";
import { type DeclaredDirectives, directiveOf, LISTED, type ListedName } from "./table.ts";

/** A source with its directives changed. */
export interface EditedSource {
  readonly source: string;
  /** One text for each directive that changed, such as `timeout: 30000 → 5000`; secrets are hidden. */
  readonly changes: readonly string[];
  /** What the header said, secrets in clear. */
  readonly before: DeclaredDirectives;
  /** What the header says now, secrets in clear. */
  readonly after: DeclaredDirectives;
}

/**
 * Sets and removes directives in a source; every other byte stays.
 *
 * Existing lines are edited where they stand, new ones follow the last directive, or the shebang when there is none.
 *
 * @param comments Values by directive name: `null` or `""` removes, `[REDACTED]` keeps a stored secret.
 * @throws {ExecError} `invalidInput` for a value that would not be read back, `secretMissing` for `[REDACTED]`
 * where nothing is stored.
 * @see magic-comments.md §5
 */
export function editDirectives(source: string, comments: Readonly<Record<string, unknown>>): EditedSource {
  return applyChanges(source, parseChanges(comments));
}

/**
 * {@link editDirectives} with changes that were read before, for use on many sources.
 *
 * @throws {ExecError} `invalidInput` when the header has no room, `secretMissing` as above.
 */
export function applyChanges(source: string, changes: readonly DirectiveChange[]): EditedSource {
  const before = new Header(source);
  const patches: Patch[] = [];
  const added: string[] = [];
  for (const change of changes) {
    const edit = editLines(before, change);
    patches.push(...edit.patches);
    added.push(...edit.added);
  }
  if (added.length > 0) patches.push(insertion(source, before.lines.at(-1), added));

  const after = new Header(applyPatches(source, patches));
  refuseUnreadChange(before, after, changes);
  return {
    source: after.source,
    changes: changes.flatMap(({ name }) => describeChange(name, before, after)),
    before: before.declared,
    after: after.declared,
  };
}

/** A source together with what its header says. */
class Header {
  readonly source: string;
  readonly declared: DeclaredDirectives;
  readonly lines: readonly DirectiveLine[];

  constructor(source: string) {
    this.source = source;
    this.declared = parseDirectives(source).declared;
    this.lines = directiveLines(source);
  }

  /** All lines of a directive, those that are overruled or unusable included. */
  linesOf(name: ListedName): readonly DirectiveLine[] {
    return this.lines.filter((line) => line.name === name);
  }

  /** The values in force as their grammar prints them; empty when the directive is absent or unusable. */
  textsOf(name: ListedName): readonly string[] {
    if (name === "token") return this.declared.tokens ?? [];
    const value = this.declared[name];
    return value === undefined ? [] : [directiveOf(name).grammar.print(value)];
  }
}

/** What one change means for the lines of the header. */
function editLines(
  header: Header,
  change: DirectiveChange,
): { readonly patches: readonly Patch[]; readonly added: readonly string[] } {
  switch (change.kind) {
    case "remove":
      return { patches: header.linesOf(change.name).map((line) => removal(header.source, line)), added: [] };
    case "keep":
      if (header.textsOf(change.name).length === 0) throw secretMissing(change.name);
      return { patches: [], added: [] };
    case "set":
      return setLines(header, change.name, change.texts);
  }
}

function setLines(
  header: Header,
  name: ListedName,
  texts: readonly (string | null)[],
): { patches: Patch[]; added: string[] } {
  const all = header.linesOf(name);
  // Where only the last line counts, the overruled ones above it are left alone.
  const lines =
    directiveOf(name).linesMax === undefined ? all.slice(-1) : all.filter((line) => toText(line) !== null);
  const patches: Patch[] = lines.slice(texts.length).map((line) => removal(header.source, line));
  const added: string[] = [];
  for (const [index, text] of texts.entries()) {
    const line = lines[index];
    if (text === null) {
      if (line === undefined) throw secretMissing(name);
    } else if (line === undefined) {
      added.push(toComment(name, text));
    } else if (toText(line) !== text) {
      patches.push({ start: line.start, end: line.end, text: toComment(name, text) });
    }
  }
  return { patches, added };
}

/** The value of a line in the grammar's own spelling, so that `5s` is known for 5000; null when it is unusable. */
function toText(line: DirectiveLine): string | null {
  const reading = readLine(line);
  return reading.kind === "unusable" ? null : directiveOf(line.name).grammar.print(reading.value);
}

function toComment(name: ListedName, text: string): string {
  return text === "" ? `// @${name}` : `// @${name} ${text}`;
}

/**
 * Compares what the new header says with what was asked.
 *
 * Only the window can make them differ: a new line may push another one below it, a removed one may pull one in.
 */
function refuseUnreadChange(before: Header, after: Header, changes: readonly DirectiveChange[]): void {
  for (const name of Object.keys(LISTED) as ListedName[]) {
    const change = changes.find((candidate) => candidate.name === name);
    const wanted = wantedTexts(before.textsOf(name), change);
    if (!isSameList(wanted, after.textsOf(name))) {
      throw new ExecError(
        "invalidInput",
        `Cannot edit the header: @${name} would cross line ${WINDOW_LINES}, below which no directive is read`,
        { details: { field: "comments", reason: "the header is too long", directive: `@${name}` } },
      );
    }
  }
}

function wantedTexts(stored: readonly string[], change: DirectiveChange | undefined): readonly string[] {
  switch (change?.kind) {
    case "set":
      return change.texts.map((text, index) => text ?? stored[index] ?? "");
    case "remove":
      return [];
    default:
      return stored;
  }
}

/** `label: x → (removed)`, or nothing when the lines of the directive are the same. */
function describeChange(name: ListedName, before: Header, after: Header): string[] {
  const linesBefore = before.linesOf(name);
  const sameLines = isSameList(
    linesBefore.map(({ value }) => value),
    after.linesOf(name).map(({ value }) => value),
  );
  if (sameLines) return [];
  const absent = linesBefore.length === 0 ? "(unset)" : "(unusable)";
  return [`${name}: ${toShown(name, before) ?? absent} → ${toShown(name, after) ?? "(removed)"}`];
}

function toShown(name: ListedName, header: Header): string | null {
  const texts = header.textsOf(name);
  if (texts.length === 0) return null;
  return texts.map((text) => (directiveOf(name).grammar.secret ? REDACTED : text || "(empty)")).join(", ");
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function secretMissing(name: ListedName): ExecError {
  return new ExecError("secretMissing", `Cannot keep @${name}: nothing is stored behind ${REDACTED}`, {
    details: { field: "comments", reason: "nothing is stored", directive: `@${name}` },
  });
}

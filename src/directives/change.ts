import { ExecError } from "../errors/exec-error.ts";
import { REDACTED } from "./redact.ts";
import { type DirectiveName, directiveOf, isListedName, type ListedName } from "./table.ts";

/** What an update does to one directive. */
export type DirectiveChange =
  | { readonly kind: "remove"; readonly name: ListedName }
  /** The stored secret stays, and there has to be one. */
  | { readonly kind: "keep"; readonly name: ListedName }
  /** One text for each line, as the grammar prints it; null keeps the stored secret at that position. */
  | { readonly kind: "set"; readonly name: ListedName; readonly texts: readonly (string | null)[] };

/** C0, DEL, C1 and the two separators that end a line in JavaScript: any of them could smuggle in a second line. */
const CONTROL_CHARACTER = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/;

/** Longest piece of a refused value that an error text repeats, in code points. */
const QUOTED_LENGTH_MAX = 60;

/**
 * Reads the `comments` of an update: values by directive name. Unknown names are ignored.
 *
 * @throws {ExecError} `invalidInput` for a value that the parser would not read back, and for `cors: none` together
 * with other CORS directives. Its text never holds a secret.
 */
export function parseChanges(comments: Readonly<Record<string, unknown>>): readonly DirectiveChange[] {
  const changes = Object.entries(comments).flatMap(([name, value]) =>
    isListedName(name) ? [parseChange(name, value)] : [],
  );
  refuseCorsWithoutOrigin(changes);
  return changes;
}

function parseChange(name: ListedName, value: unknown): DirectiveChange {
  const { grammar, linesMax } = directiveOf(name);
  if (name === "cors" && value === null) return { kind: "set", name, texts: [grammar.print(null)] };
  if (value === null || isBlank(value)) return { kind: "remove", name };
  if (grammar.secret && value === REDACTED) return { kind: "keep", name };
  if (linesMax === undefined || !Array.isArray(value)) {
    return { kind: "set", name, texts: [toDirectiveText(name, value)] };
  }

  if (value.length > linesMax) throw refusal(name, value, `at most ${linesMax} values are allowed`);
  if (value.length === 0) return { kind: "remove", name };
  const texts = value.map((item) =>
    grammar.secret && item === REDACTED ? null : toDirectiveText(name, item),
  );
  return { kind: "set", name, texts };
}

function isBlank(value: unknown): boolean {
  return typeof value === "string" && /^ *$/.test(value);
}

/** A JSON value as the text of a directive, in the grammar's own spelling. */
function toDirectiveText(name: ListedName, value: unknown): string {
  const text = toText(name, value);
  const { grammar } = directiveOf(name);
  const reading = grammar.parse(text);
  if (reading.kind !== "value") throw refusal(name, value, reading.reason);
  return grammar.print(reading.value);
}

function toText(name: ListedName, value: unknown): string {
  if (Array.isArray(value)) return toListText(name, value);
  switch (typeof value) {
    case "string":
      // A lone surrogate could not be stored as UTF-8.
      if (CONTROL_CHARACTER.test(value) || !value.isWellFormed()) {
        throw refusal(name, value, "control characters and newlines are not allowed");
      }
      return value.trim();
    case "number":
    case "boolean":
      return String(value);
    default:
      throw refusal(name, value, "expected a text, a number, a boolean or null");
  }
}

function toListText(name: ListedName, items: readonly unknown[]): string {
  if (directiveOf(name).grammar.type !== "string[]") throw refusal(name, items, "expected a single value");
  const texts = items.map((item) => (Array.isArray(item) ? "" : toText(name, item)));
  if (texts.some((text) => text === "" || text.includes(","))) {
    throw refusal(name, items, "each item must be a text without a comma");
  }
  return texts.join(", ");
}

function refuseCorsWithoutOrigin(changes: readonly DirectiveChange[]): void {
  const set = changes.filter((change) => change.kind === "set");
  const closes = set.some(({ name, texts }) => name === "cors" && texts[0] === "none");
  const other = set.find(({ name }) => name !== "cors" && directiveOf(name).category === "cors");
  if (closes && other !== undefined) throw refusal(other.name, undefined, "cors is set to none");
}

function refusal(name: DirectiveName, value: unknown, reason: string): ExecError {
  const hidden = value === undefined || directiveOf(name).grammar.secret === true;
  return new ExecError(
    "invalidInput",
    `Cannot set @${name}${hidden ? "" : ` to ${quote(value)}`}: ${reason}`,
    {
      details: { field: "comments", reason, directive: `@${name}` },
    },
  );
}

function quote(value: unknown): string {
  const characters = [...(JSON.stringify(value) ?? typeof value)];
  if (characters.length <= QUOTED_LENGTH_MAX) return characters.join("");
  return `${characters.slice(0, QUOTED_LENGTH_MAX).join("")}…`;
}

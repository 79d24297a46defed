import { knownLines } from "./parse.ts";
import { REDACTED } from "./redact.ts";
import { directiveOf } from "./table.ts";

/** A source that may be shown: the secrets of its header are hidden, every line keeps its number. */
export function maskSecrets(source: string): string {
  return knownLines(source)
    .filter(({ name, value }) => directiveOf(name).grammar.secret === true && value !== "")
    .reduceRight(
      (text, { name, start, end }) => `${text.slice(0, start)}// @${name} ${REDACTED}${text.slice(end)}`,
      source,
    );
}

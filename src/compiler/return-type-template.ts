import type { TemplatePart } from "./return-type-shape.ts";

/** Longest number a hole `${number}` matches, in UTF-16 units; JavaScript prints none longer. */
const NUMBER_LENGTH_MAX = 32;

/**
 * Whether a text fits a template literal type.
 *
 * Walks the parts with the set of offsets reached so far, not with a regular expression: several `${string}` in a
 * row would make one backtrack for seconds.
 */
export function matchesTemplate(parts: readonly TemplatePart[], text: string): boolean {
  let reached = new Set([0]);
  for (const part of parts) {
    reached = advance(part, text, reached);
    if (reached.size === 0) return false;
  }
  return reached.has(text.length);
}

function advance(part: TemplatePart, text: string, from: ReadonlySet<number>): Set<number> {
  const reached = new Set<number>();
  if (part.kind === "choice") {
    for (const start of from) {
      for (const choice of part.texts) if (text.startsWith(choice, start)) reached.add(start + choice.length);
    }
    return reached;
  }
  if (part.name === "string") {
    for (let end = Math.min(...from); end <= text.length; end++) reached.add(end);
    return reached;
  }
  for (const start of from) {
    for (let end = start + 1; end <= Math.min(text.length, start + NUMBER_LENGTH_MAX); end++) {
      if (isNumberText(part.name, text.slice(start, end))) reached.add(end);
    }
  }
  return reached;
}

/** A text that the conversion to a number and back leaves as it is, which is TypeScript's own rule. */
function isNumberText(name: "number" | "bigint", text: string): boolean {
  if (name === "bigint") return /^-?(0|[1-9]\d*)$/.test(text) && text !== "-0";
  const value = Number(text);
  return Number.isFinite(value) && String(value) === text;
}

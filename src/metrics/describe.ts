import { FAMILIES, type Family } from "./families.ts";

/** The families as the table of the README. */
export function familiesAsMarkdown(): string {
  const rows = Object.entries(FAMILIES as Readonly<Record<string, Family>>).map(
    ([name, { type, labels, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ") || "–"} | ${help} |`,
  );
  return ["| Family | Type | Labels | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

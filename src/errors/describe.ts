import { type Failure, toWireCode } from "./failure.ts";
import { FAILURES } from "./failures.ts";

/** The failures as the table of the README, by status. */
export function failuresAsMarkdown(): string {
  const rows = (Object.values(FAILURES) as Failure[])
    .toSorted((left, right) => left.status - right.status)
    .map(
      ({ status, title, resolution }) =>
        `| ${status} | \`${toWireCode(status)}\` | ${title} | ${resolution} |`,
    );
  return ["| Status | `code` | Text | What to do |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

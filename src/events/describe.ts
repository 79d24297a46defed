import type { EventRow } from "./event.ts";
import { EVENTS } from "./table.ts";

/** The events as the table of the README, by channel and name. */
export function eventsAsMarkdown(): string {
  const rows = (Object.entries(EVENTS) as [string, EventRow][])
    .toSorted(
      ([one, { channel: of }], [other, { channel: than }]) => compare(of, than) || compare(one, other),
    )
    .map(([type, { channel, description, fields }]) => {
      const names = Object.entries(fields).map(([name, field]) =>
        "isOptional" in field ? `${name}?` : name,
      );
      return `| \`${type}\` | \`${channel}\` | ${names.map((name) => `\`${name}\``).join(", ")} | ${description} |`;
    });
  return ["| Event | Channel | Payload | When |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

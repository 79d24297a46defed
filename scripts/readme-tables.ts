import { accessAsMarkdown } from "../src/access/describe.ts";
import { settingsAsMarkdown } from "../src/config/describe.ts";
import { directivesAsMarkdown } from "../src/directives/describe.ts";
import { failuresAsMarkdown } from "../src/errors/describe.ts";
import { eventsAsMarkdown } from "../src/events/describe.ts";
import { familiesAsMarkdown } from "../src/metrics/describe.ts";

/** TABLE: name of a marker → the table that stands behind it. */
const TABLES: Readonly<Record<string, () => string>> = {
  settings: settingsAsMarkdown,
  directives: directivesAsMarkdown,
  failures: failuresAsMarkdown,
  access: accessAsMarkdown,
  events: eventsAsMarkdown,
  families: familiesAsMarkdown,
};

/**
 * Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` by the table of that name.
 *
 * @throws {Error} When a marker is missing, because a table would then grow stale unseen.
 */
export function fillTables(readme: string): string {
  return Object.entries(TABLES).reduce((text, [name, render]) => {
    const begin = `<!-- ${name}:begin -->`;
    const end = `<!-- ${name}:end -->`;
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from === -1 || to < from)
      throw new Error(`Cannot find the markers of the table "${name}" in README.md`);
    return `${text.slice(0, from + begin.length)}\n${render()}\n${text.slice(to)}`;
  }, readme);
}

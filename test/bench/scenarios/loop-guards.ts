import { compare } from "../compare.ts";
import { formatCount, formatRatio, type Scenario, toRow } from "../scenario.ts";
import { startExecServer } from "../servers.ts";

/** Code whose time is spent in loops, about a millisecond of it. */
interface LoopCode {
  readonly name: string;
  readonly title: string;
  readonly source: string;
  /** Highest CPU time with guards over that without. */
  readonly atMost?: number;
}

/** TABLE: what the guards of loops may cost (running.md §5). */
export const LOOP_CODES: readonly LoopCode[] = [
  {
    name: "strings",
    title: "string code",
    source: `let text = "";
for (let at = 0; at < 20_000; at++) text += "row " + at + ";";
return { length: text.length };`,
    atMost: 1.02,
  },
  {
    name: "objects",
    title: "object code",
    source: `const rows = [];
for (let at = 0; at < 4_000; at++) rows.push({ name: "name " + (at % 50), amount: at });
const totals = {};
for (const row of rows) {
  const name = row.name.toUpperCase();
  totals[name] = (totals[name] ?? 0) + row.amount;
}
return { names: Object.keys(totals).length };`,
    atMost: 1.02,
  },
  {
    name: "calls",
    title: "functions with short loops",
    source: `const escape = (text) => { let out = ""; for (const each of text) out += each === "<" ? "&lt;" : each; return out; };
let html = "";
for (let at = 0; at < 2_000; at++) html += escape("a<" + at + ">");
return { length: html.length };`,
    atMost: 1.1,
  },
  {
    name: "numbers",
    title: "bare numeric loop",
    source: `let sum = 0;
for (let at = 0; at < 1_000_000; at++) sum = (sum + at * at) | 0;
return { sum };`,
    atMost: 1.3,
  },
  {
    name: "arrays",
    title: "sum of an array",
    source: `const numbers = Array.from({ length: 100_000 }, (_, at) => at);
let sum = 0;
for (let round = 0; round < 10; round++) for (let at = 0; at < numbers.length; at++) sum += numbers[at];
return { sum };`,
    atMost: 1.3,
  },
  {
    name: "iteration",
    title: "`for…of` with nothing but an addition",
    source: `const numbers = Array.from({ length: 100_000 }, (_, at) => at);
let sum = 0;
for (let round = 0; round < 10; round++) for (const each of numbers) sum += each;
return { sum };`,
    atMost: 1.3,
  },
  {
    name: "inner",
    title: "tiny loops within a loop",
    source: `let sum = 0;
for (let at = 0; at < 500_000; at++) { let left = at & 3; while (left > 0) { sum += left; left--; } }
return { sum };`,
    atMost: 1.3,
  },
  {
    name: "countdown",
    title: "bare `while (n > 0) n--`",
    source: `let n = 2_000_000;
while (n > 0) n--;
return { n };`,
    atMost: 1.3,
  },
];

/** What the guards cost: each code with and without, in one process. */
export const loopGuardScenarios: readonly Scenario[] = LOOP_CODES.map(({ name, title, source, atMost }) => ({
  name: `guards-${name}`,
  async run(effort) {
    await using server = await startExecServer({
      "default/1/guarded.js": source,
      "default/1/plain.js": `// @loop-limit 0\n${source}`,
    });
    const compared = await compare({
      base: server,
      subject: server,
      load: { path: "/plain" },
      subjectLoad: { path: "/guarded" },
      effort,
    });
    return [
      toRow({
        title: `Loop guards, ${title}: CPU time with them over that without`,
        value: 1 / compared.cpuRatio,
        ...(atMost === undefined ? {} : { atMost }),
        format: formatRatio,
        detail: `${formatCount(compared.subjectRequestsPerSecond)} of ${formatCount(compared.baseRequestsPerSecond)} requests/s`,
      }),
    ];
  },
}));

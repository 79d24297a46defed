import { type ServerProcess, startProcess } from "../../support/process.ts";
import { until } from "../../support/until.ts";
import { RUNAWAYS, type Runaway } from "./rows.ts";

/** What became of one script. */
interface Outcome {
  /** Null when it was not ended, or not for the right reason. */
  readonly endedAfterMs: number | null;
  readonly seen: string;
  readonly neighbour: Neighbour;
}

/** Calls of another script while one ran. */
interface Neighbour {
  readonly calls: number;
  readonly failed: number;
  readonly slowestMs: number;
}

/** Beyond its limit; the promise of running.md §5. */
const LATE_MS_MAX = 50;
const WITHIN_MS = 20_000;

/**
 * Calls loops that never end, one after the other against one process, while a neighbour is called all the time.
 *
 * @returns The names of those that were not ended in time, or that others noticed.
 */
export async function tryGuarded(isChosen: (name: string) => boolean, limitMs: number): Promise<string[]> {
  const chosen = RUNAWAYS.filter(({ name }) => isChosen(name));
  if (chosen.length === 0) return [];
  await using server = await startProcess({
    files: { ...placed(chosen), "default/1/next/neighbour.js": 'return "still here";' },
    flags: ["--loop-limit", String(limitMs)],
  });
  const wrong: string[] = [];
  console.log(`\n${chosen.length} loops, --loop-limit ${limitMs}\n`);
  console.log("| script | ended after | late by | seen | neighbour: calls, failed, slowest |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const [at, row] of chosen.entries()) {
    const { endedAfterMs, seen, neighbour } = await tryRow(server, row, at);
    const lateMs = endedAfterMs === null ? Number.POSITIVE_INFINITY : endedAfterMs - limitMs;
    const isGood = lateMs <= LATE_MS_MAX + (row.nativeShare ?? 0) * limitMs && neighbour.failed === 0;
    if (!isGood) wrong.push(row.name);
    const ended = endedAfterMs === null ? "not ended" : `${Math.round(endedAfterMs)} ms`;
    const { calls, failed, slowestMs } = neighbour;
    console.log(
      `| ${isGood ? "" : "**✗** "}${row.name} | ${ended} | ${Math.round(lateMs)} ms | ${seen} | ${calls}, ${failed}, ${Math.round(slowestMs)} ms |`,
    );
  }
  return wrong;
}

async function tryRow(server: ServerProcess, row: Runaway, at: number): Promise<Outcome> {
  const script = `default/1/${at}/${row.file ?? Object.keys(row.files)[0]}`;
  using neighbour = callNeighbour(server);
  await neighbour.begun;
  const sinceMs = performance.now();
  const answered = server.fetch(`/${at}/a`).then(
    async (response) => ({ status: response.status, text: await response.text().catch(() => "broken off") }),
    (error) => ({ status: 0, text: String(error) }),
  );
  const takes = () => performance.now() - sinceMs - (row.afterMs ?? 0);
  if (row.seenIn === "log") {
    const isLogged = () =>
      server
        .output()
        .split("\n")
        .some((line) => isEndOf(line, script));
    const ended = await until(isLogged, Boolean, { withinMs: WITHIN_MS }).then(takes, () => null);
    await answered;
    return { endedAfterMs: ended, seen: "log", neighbour: await neighbour.figures() };
  }
  const { status, text } = await answered;
  const endedAfterMs = takes();
  const isRight =
    status === 504 && text.includes('"Script loop limit"') && text.includes(`"script":"${script}"`);
  const seen = isRight ? "504" : `${status} ${text.slice(0, 80)}`;
  return { endedAfterMs: isRight ? endedAfterMs : null, seen, neighbour: await neighbour.figures() };
}

function isEndOf(line: string, script: string): boolean {
  return line.includes("LoopLimitError") && line.includes(`"script":"${script}"`);
}

/** Calls the neighbour without a pause until it is asked how that went. */
function callNeighbour(server: ServerProcess) {
  const figures = { calls: 0, failed: 0, slowestMs: 0 };
  const first = Promise.withResolvers<void>();
  let isOver = false;
  const done = (async () => {
    while (!isOver) {
      const sinceMs = performance.now();
      const text = await server.fetch("/next/neighbour").then(
        (response) => response.text(),
        () => "",
      );
      figures.calls++;
      if (text !== "still here") figures.failed++;
      figures.slowestMs = Math.max(figures.slowestMs, performance.now() - sinceMs);
      first.resolve();
      await Bun.sleep(1);
    }
  })();
  return {
    begun: first.promise,
    async figures(): Promise<Neighbour> {
      isOver = true;
      await done;
      return figures;
    },
    [Symbol.dispose]: () => {
      isOver = true;
    },
  };
}

/** Each row in a directory of its own, so that one process can try them all. */
function placed(rows: readonly Runaway[]): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap(({ files }, at) =>
      Object.entries(files).map(([name, text]) => [`default/1/${at}/${name}`, text]),
    ),
  );
}

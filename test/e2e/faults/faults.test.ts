import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../../support/process.ts";
import { until } from "../../support/until.ts";
import { NEIGHBOUR_FILE, type Neighbour, startNeighbour } from "./neighbour.ts";
import type { FaultRow } from "./row.ts";
import { ANSWERS } from "./rows/answers.ts";
import { LATE } from "./rows/late.ts";
import { PROCESS_WIDE } from "./rows/process-wide.ts";
import { VALUES } from "./rows/values.ts";
import { countDescriptors, logOf, readVitals, VITALS_FILE } from "./vitals.ts";

/** TABLE: kind of fault → its rows. */
const GROUPS: Readonly<Record<string, readonly FaultRow[]>> = {
  "what happens after the answer": LATE,
  "what belongs to the process": PROCESS_WIDE,
  "what is thrown and returned": VALUES,
  "what an answer is made of": ANSWERS,
};

const ROWS = Object.values(GROUPS).flat();
const fileOf = (row: FaultRow) => `row-${ROWS.indexOf(row)}.js`;

let server: ServerProcess;
let pid: number;
let neighbour: Neighbour;
let vitals: unknown;
let descriptors: number;

beforeAll(async () => {
  const files = ROWS.flatMap((row) => Object.entries({ [fileOf(row)]: row.script, ...row.files }));
  server = await startProcess({
    files: {
      ...Object.fromEntries(files.map(([file, text]) => [`default/1/${file}`, text])),
      ...NEIGHBOUR_FILE,
      ...VITALS_FILE,
      "default/1/big.ts": "return Buffer.alloc(2e6)",
      "default/1/still-late.ts": `queueMicrotask(() => { throw new Error("still thrown") });
Promise.reject(new Error("still rejected")); return 1`,
      "default/1/still-logs.ts": 'console.log("still here"); return 1',
    },
    flags: ["--write-buffer-max", "8mb"],
  });
  neighbour = startNeighbour(server);
  vitals = await readVitals(server);
  pid = await server.serverPid();
  descriptors = countDescriptors(pid);
});
afterAll(() => server[Symbol.asyncDispose]());

for (const [group, rows] of Object.entries(GROUPS)) {
  describe(`${group}: the service goes on when`, () => {
    for (const row of rows) test(row.name, () => happens(row), 30_000);
  });
}

describe("after all that", () => {
  test("nobody else has noticed anything", async () => {
    await neighbour.stop();
    expect(neighbour.complaints).toEqual([]);
    expect(neighbour.calls).toBeGreaterThan(ROWS.length);
  });

  test("what belongs to the process is what it was", async () => {
    expect(await readVitals(server)).toEqual(vitals);
  });

  test("what nobody catches is still met", async () => {
    const from = server.output().length;
    await server.fetch("/still-late");
    for (const message of ["still thrown", "still rejected"])
      await expectLogged({ level: 50, message }, from);
  });

  test("no descriptor is left open", async () => {
    const few = descriptors + 8; // Connections of this test's own client.
    await until(
      () => countDescriptors(pid),
      (count) => count <= few,
      { withinMs: 45_000 },
    );
  }, 60_000);

  test("every line of the log is JSON, and the log still works", async () => {
    const greeting = 5;
    const raw = logOf(server).filter((line) => "raw" in line);
    expect(raw.slice(greeting)).toEqual([]);
    await server.fetch("/still-logs");
    await until(
      () => logOf(server).at(-1)?.["msg"],
      (msg) => msg === "still here",
    );
  });

  test("nothing runs any more, and it stops at once with 0", async () => {
    const sinceMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - sinceMs).toBeLessThan(4_000);
    expect(logOf(server).at(-1)).toMatchObject({ msg: "Stopped", aborted: 0 });
  }, 20_000);
});

/** Twice: the first call loads the script, the second takes the short way of a loaded one. */
async function happens(row: FaultRow): Promise<void> {
  for (const which of ["cold", "warm"]) {
    const logged = server.output().length;
    const calls = neighbour.calls;
    await expectAnswer(row);
    const isLogged = row.log !== undefined && !(row.isLoggedOnce && which === "warm");
    if (isLogged) await expectLogged({ script: `default/1/${fileOf(row)}`, ...row.log }, logged);
    await until(
      () => neighbour.calls,
      (count) => count > calls + 1,
      { withinMs: 20_000 },
    );
    expect(neighbour.complaints).toEqual([]);
  }
}

async function expectAnswer({ status = 200, text, ...row }: FaultRow): Promise<void> {
  const at = ROWS.findIndex(({ name }) => name === row.name);
  const seen = await ask(`/row-${at}`, row.init);
  expect({ status: seen.status, text: seen.status === status ? "" : seen.text }).toEqual({
    status,
    text: "",
  });
  if (typeof text === "string") expect(seen.text).toBe(text);
  else if (text !== undefined) expect(seen.text).toMatch(text);
  expect(seen.headers?.get("x-evil") ?? null).toBeNull();
}

async function ask(path: string, init?: RequestInit) {
  const response = await server.fetch(path, { signal: AbortSignal.timeout(20_000), ...init });
  try {
    return { status: response.status, text: await response.text(), headers: response.headers };
  } catch (error) {
    return { status: "broken", text: String(error), headers: response.headers };
  }
}

async function expectLogged(fields: Readonly<Record<string, unknown>>, from: number): Promise<void> {
  const matches = (line: Record<string, unknown>) =>
    Object.entries(fields).every(([name, wanted]) =>
      wanted instanceof RegExp ? wanted.test(String(line[name])) : Bun.deepEquals(line[name], wanted),
    );
  await until(
    () => logOf(server, from),
    (lines) => lines.some(matches),
    { withinMs: 5_000 },
  );
}

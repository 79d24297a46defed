import { withDeadline } from "../../src/base/deadline.ts";
import { logOf } from "../e2e/faults/vitals.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";
import { SOAK_FILES } from "./files.ts";
import { SOAK_CLIENTS } from "./mix.ts";
import { countKnown } from "./socket-clients.ts";
import { count, Tally } from "./tally.ts";
import { type SoakClient, SoakVisit } from "./visit.ts";
import { grownKinds, PROBE_FILE, readVitals, type SoakVitals } from "./vitals.ts";

/** One look at the server under load. */
export interface SoakSample extends SoakVitals {
  /** Seconds since the load began. */
  readonly atS: number;
}

/** What a soak has shown. */
export interface SoakResult {
  readonly seconds: number;
  /** Seconds from the start of the load whose samples do not count for slopes. */
  readonly warmUpS: number;
  readonly samples: readonly SoakSample[];
  readonly tally: Tally;
  /** The idle server before the load, and when all clients had gone. */
  readonly before: SoakVitals;
  readonly after: SoakVitals;
  /** Sockets that scripts knew of when all clients had gone. */
  readonly socketsKnown: number;
  /** Lines of the log about errors, by message. */
  readonly logged: ReadonlyMap<string, number>;
  /** Executions that had to be aborted when the server stopped, though nobody waited for them. */
  readonly aborted: number;
  readonly exitCode: number;
}

/** How long, how often, and with whom. */
export interface SoakOptions {
  readonly seconds: number;
  readonly sampleEveryS: number;
  /** Share of the time that does not count for slopes: caches fill, the compiler optimises. */
  readonly warmUpShare: number;
  readonly clients?: readonly SoakClient[];
  /** Further scripts, for further clients. */
  readonly files?: Readonly<Record<string, string>>;
  /** Longest wait after the load for the server to be as it was before, in milliseconds. */
  readonly settleMs?: number;
  readonly onSample?: (sample: SoakSample, tally: Tally) => void;
}

/**
 * Bounds as low as the mix allows: a place that is taken and not given back soon shows as a refusal, also where
 * nothing but a number leaks.
 */
const FLAGS = [
  ...["--log-level", "info"],
  ...["--body-max", "2mb", "--bodies-max", "16mb"],
  ...["--sockets-max", "60", "--timers-max", "100", "--listeners-max", "4", "--queue-max", "20"],
  // Full within the warm-up, so that filling it is no growth.
  ...["--url-cache-max", "1000"],
];

/** Scripts that make the runtime open what it keeps for good, such as the event loop of its HTTP client. */
const FIRST_PATHS = ["/fetches-once", "/child"];

/** A connection that is kept alive would be a descriptor of the server's. */
const ONCE = { headers: { connection: "close" } } as const;

/** A turn that takes longer waits for something that does not come, in milliseconds. */
const TURN_MAX_MS = 20_000;

/** How long an idle server must not have become more idle: its sweepers look each second, its collector after two. */
const IDLE_MS = 2_500;
/** Longest wait for that. */
const IDLE_WITHIN_MS = 10_000;

/** Runs the mix of clients against a server process of its own. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const {
    seconds,
    sampleEveryS,
    warmUpShare,
    clients = SOAK_CLIENTS,
    files = {},
    settleMs = 60_000,
  } = options;
  await using server = await startProcess({
    files: { ...SOAK_FILES, ...PROBE_FILE, ...files },
    flags: FLAGS,
  });
  const tally = new Tally();
  const visit = new SoakVisit(server, tally);
  const { pid } = JSON.parse(await visit.ask("/api/v1/exec/health", ONCE)) as { pid: number };
  const before = await readIdle(server, visit, pid);

  let isOver = false;
  const startedMs = performance.now();
  const running = clients.flatMap((client) =>
    Array.from({ length: client.count }, (_, which) => repeat(client, visit, which, () => isOver)),
  );
  const samples: SoakSample[] = [];
  for (let atS = sampleEveryS; atS <= seconds; atS += sampleEveryS) {
    await Bun.sleep(Math.max(0, startedMs + atS * 1_000 - performance.now()));
    const sample = { atS, ...(await readVitals(server, pid)) };
    samples.push(sample);
    options.onSample?.(sample, tally);
  }
  isOver = true;
  await Promise.all(running);

  // Connections that this process keeps alive are the runtime's to close, after 30 s without a byte.
  let after = await readVitals(server, pid);
  await until(
    async () => (after = await readVitals(server, pid)),
    (now) => now.descriptors <= before.descriptors && grownKinds(before, now).length === 0,
    { withinMs: settleMs, everyMs: 500 },
  ).catch(() => undefined); // What is left is judged by whoever asked.
  const socketsKnown = await countKnown(visit);
  const exitCode = await server.stop();
  // Its last words may still be on their way.
  await until(server.output, (text) => text.slice(-LAST_WORDS).includes('"Stopped"')).catch(() => undefined);
  const log = logOf(server);
  return {
    ...{ seconds, warmUpS: seconds * warmUpShare, samples, tally, before, after, socketsKnown, exitCode },
    logged: countErrors(log),
    aborted: Number(log.findLast(({ msg }) => msg === "Stopped")?.["aborted"] ?? Number.NaN),
  };
}

async function readIdle(server: ServerProcess, visit: SoakVisit, pid: number): Promise<SoakVitals> {
  for (const path of FIRST_PATHS) await visit.ask(path, ONCE);
  await using socket = await visit.open("/sockets");
  await socket[Symbol.asyncDispose]();
  const startedMs = performance.now();
  let [least, sinceMs] = [await readVitals(server, pid), startedMs];
  while (performance.now() - sinceMs < IDLE_MS && performance.now() - startedMs < IDLE_WITHIN_MS) {
    await Bun.sleep(100);
    const now = await readVitals(server, pid);
    const isLess = now.descriptors < least.descriptors || grownKinds(now, least).length > 0;
    if (isLess) [least, sinceMs] = [now, performance.now()];
  }
  return least;
}

async function repeat(
  client: SoakClient,
  visit: SoakVisit,
  which: number,
  isOver: () => boolean,
): Promise<void> {
  for (let n = which; !isOver(); n += client.count) {
    try {
      await withDeadline(client.turn(visit, n), TURN_MAX_MS, () => new Error("a turn did not end"));
    } catch (error) {
      visit.tally.noteUnexpected(client.name, String(error));
    }
    await Bun.sleep(client.everyMs);
  }
}

/** Characters of the log in which its last line is. */
const LAST_WORDS = 2_000;

/** Level of an error in the log. */
const ERROR_LEVEL = 50;

function countErrors(log: readonly Record<string, unknown>[]): ReadonlyMap<string, number> {
  const logged = new Map<string, number>();
  for (const { level, msg } of log) if (Number(level) >= ERROR_LEVEL) count(logged, String(msg));
  return logged;
}

import { countDescriptors, readMemory } from "../e2e/faults/vitals.ts";
import { startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";
import { SOAK_CLIENTS, SOAK_FILES } from "./mix.ts";

/** One look at the server. */
export interface SoakSample {
  /** Seconds since the load began. */
  readonly atS: number;
  readonly rssMib: number;
  readonly descriptors: number;
  readonly threads: number;
}

/** What a soak has shown. */
export interface SoakResult {
  readonly samples: readonly SoakSample[];
  readonly requests: number;
  /** Answers that were wrong, by client. */
  readonly wrong: readonly string[];
  /** Growth of memory after the warm-up, in MiB a minute, by least squares. */
  readonly slopeMibPerMinute: number;
  /** Descriptors before the load, and when all clients had gone. */
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  /** Executions that had to be aborted when the server stopped, though nobody waited for them. */
  readonly aborted: number;
  readonly exitCode: number;
}

/** How long and how often. */
export interface SoakOptions {
  readonly seconds: number;
  readonly sampleEveryS: number;
  /** Share of the time that does not count for the slope: caches fill, the compiler optimises. */
  readonly warmUpShare: number;
  readonly onSample?: (sample: SoakSample, requests: number, wrong: number) => void;
}

/** Runs the mix of clients against a server process of its own. */
export async function soak({
  seconds,
  sampleEveryS,
  warmUpShare,
  onSample,
}: SoakOptions): Promise<SoakResult> {
  await using server = await startProcess({ files: SOAK_FILES, flags: ["--log-level", "info"] });
  await (await server.fetch("/hello")).text();
  const pid = await server.serverPid();
  const descriptorsBefore = countDescriptors(pid);
  const wrong: string[] = [];
  const samples: SoakSample[] = [];
  let requests = 0;
  let isOver = false;
  const startedMs = performance.now();
  const clients = SOAK_CLIENTS.flatMap((client) =>
    Array.from({ length: client.count }, async (_, which) => {
      while (!isOver) {
        try {
          requests += await client.turn(server, which);
        } catch (error) {
          wrong.push(`${client.name}: ${String(error)}`);
        }
        await Bun.sleep(client.everyMs);
      }
    }),
  );
  for (let atS = sampleEveryS; atS <= seconds; atS += sampleEveryS) {
    await Bun.sleep(Math.max(0, startedMs + atS * 1_000 - performance.now()));
    const sample = { atS, ...look(pid) };
    samples.push(sample);
    onSample?.(sample, requests, wrong.length);
  }
  isOver = true;
  await Promise.all(clients);
  // Connections that this process keeps alive are the runtime's to close, after 30 s without a byte.
  const descriptorsAfter = await until(
    () => countDescriptors(pid),
    (count) => count <= descriptorsBefore + 2,
    { withinMs: 60_000 },
  ).catch(() => countDescriptors(pid));
  const exitCode = await server.stop();
  const aborted = Number(/"aborted":(\d+)/.exec(server.output().slice(-2_000))?.[1] ?? Number.NaN);
  const counted = samples.filter(({ atS }) => atS > seconds * warmUpShare);
  return {
    samples,
    requests,
    wrong,
    slopeMibPerMinute: slopeOf(counted.map(({ atS, rssMib }) => [atS / 60, rssMib])),
    descriptorsBefore,
    descriptorsAfter,
    aborted,
    exitCode,
  };
}

/** Slope of the line that fits points best (least squares); 0 for fewer than two. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  if (points.length < 2) return 0;
  const [meanX, meanY] = [mean(0), mean(1)];
  const shared = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return spread === 0 ? 0 : shared / spread;
}

function look(pid: number): Omit<SoakSample, "atS"> {
  const { rssMib, threads } = readMemory(pid);
  return { rssMib, threads, descriptors: countDescriptors(pid) };
}

import { readRssBytes } from "../process-figures.ts";
import {
  type BenchRow,
  formatCount,
  formatMebibytes,
  formatRatio,
  type Scenario,
  toRow,
} from "../scenario.ts";
import { type BenchServer, startExecServer } from "../servers.ts";
import { ordinaryScript, scriptsInDeployments } from "./many-scripts.ts";

/** Scripts called once each. */
const CALLED_COUNT = 1_000;
/** Overwrites of one script, and those after which the first figure is taken. */
const OVERWRITE_COUNT = 100_000;
const OVERWRITE_FIRST_COUNT = 10_000;
/** Overwrites on their way at once. */
const WRITERS = 8;
/** One of this many overwrites is called, so that old versions have been compiled and must go. */
const CALL_EVERY = 10;

/** What a thousand scripts weigh once they have been called. */
export const calledScriptsScenario: Scenario = {
  name: "memory",
  async run() {
    const emptyBytes = await (async () => {
      await using empty = await startExecServer({});
      return await readIdleRssBytes(empty);
    })();
    await using server = await startExecServer(scriptsInDeployments(CALLED_COUNT, 1));
    for (let at = 0; at < CALLED_COUNT; at++) await call(server, `script-${at}`);
    const calledBytes = await readIdleRssBytes(server);
    return [
      toRow({
        title: `Memory of ${formatCount(CALLED_COUNT)} scripts called once each, above the empty server`,
        value: calledBytes - emptyBytes,
        atMost: 100 * 1024 ** 2,
        format: formatMebibytes,
        detail: `${formatMebibytes(emptyBytes)} empty, ${formatMebibytes(calledBytes)} after`,
      }),
    ];
  },
};

/** What stays behind of versions that were overwritten. */
export const overwritesScenario: Scenario = {
  name: "overwrites",
  async run({ overwriteShare }): Promise<readonly BenchRow[]> {
    const first = Math.round(OVERWRITE_FIRST_COUNT * overwriteShare);
    const all = Math.round(OVERWRITE_COUNT * overwriteShare);
    await using server = await startExecServer({ "default/1/hot.js": ordinaryScript("version-0") });
    await overwrite(server, 0, first);
    const firstBytes = await readIdleRssBytes(server);
    await overwrite(server, first, all);
    const allBytes = await readIdleRssBytes(server);
    return [
      toRow({
        title: `Idle memory after ${formatCount(all)} overwrites, over that after the first ${formatCount(first)}`,
        value: allBytes / firstBytes,
        atMost: 1.1,
        format: formatRatio,
        detail: `${formatMebibytes(allBytes)} over ${formatMebibytes(firstBytes)}`,
      }),
    ];
  },
};

async function overwrite(server: BenchServer, from: number, to: number): Promise<void> {
  let next = from;
  const write = async () => {
    while (next < to) {
      const at = next++;
      const response = await fetch(`${server.url}/api/v1/exec/scripts/write`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ path: "hot.js", content: ordinaryScript(`version-${at}`) }),
      });
      if (response.status !== 200)
        throw new Error(`Overwrite ${at} answers ${response.status}: ${await response.text()}`);
      await response.text();
      if (at % CALL_EVERY === 0) await call(server, "hot");
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function call(server: BenchServer, name: string): Promise<void> {
  const response = await fetch(`${server.url}/${name}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/${name} answers ${response.status}: ${text}`);
}

/** Longest wait for a server to become idle: its collector frees memory in steps, seconds after the last request. */
const IDLE_WAIT_MS = 30_000;
/** Two looks that differ by less than this are the same. */
const STEADY_BYTES = 512 * 1024;

/** Resident bytes once they have not changed for five looks, a second apart. */
async function readIdleRssBytes({ pid }: BenchServer): Promise<number> {
  const deadlineMs = performance.now() + IDLE_WAIT_MS;
  let last = readRssBytes(pid);
  for (let steady = 0; steady < 5 && performance.now() < deadlineMs; ) {
    await Bun.sleep(1_000);
    const now = readRssBytes(pid);
    steady = Math.abs(now - last) < STEADY_BYTES ? steady + 1 : 0;
    last = now;
  }
  return last;
}

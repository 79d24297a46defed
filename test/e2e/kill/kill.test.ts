import { expect, test } from "bun:test";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { isTemporaryName } from "../../../src/base/atomic-write.ts";
import { isAlive, type ServerProcess, startProcess } from "../../support/process.ts";
import { until } from "../../support/until.ts";
import { Load } from "./load.ts";

/** `bun run kill` asks for the whole promise; the short form finds what is grossly wrong. */
const IS_FULL = process.env["KILL_TEST"] === "full";
const WRITES = IS_FULL ? 1_000 : 150;
const KILLS = IS_FULL ? 33 : 6;

/** Longest time in ms in which the service answers again. */
const RETURN_MS_MAX = 2_000;

/** Time in ms between two kills: the parent restarts at once only five times in ten seconds (running.md §5). */
const KILL_DISTANCE_MS = 2_100;

/** When a kill hits the load, in ms after it began. */
const KILL_AFTER_MS_MAX = 500;

/** The deployment, in the storage directory. */
const DEPLOYMENT = "scripts/default/1";

/** A leftover of some crash long ago. */
const PLANTED = `${DEPLOYMENT}/lib/.hoody-00000000deadbeef.tmp`;

const seed = Number(process.env["KILL_SEED"] ?? Date.now() % 2 ** 31);
const random = randomFrom(seed);

test(`${WRITES} writes under ${KILLS} kill -9 (KILL_SEED=${seed})`, async () => {
  await using server = await startProcess();
  const load = new Load(server, ["a.ts", "b.ts", "c.js", "lib/d.ts", "lib/deep/e.ts"], random);
  const returnsMs: number[] = [];
  const pids = new Set([server.pid]);
  const leftovers = new Set<string>();
  const kill = () =>
    load.excuse(async () => {
      const pid = await server.serverPid();
      pids.add(pid);
      returnsMs.push(await killAndReturn(server, pid));
    });

  await load.begin();
  await Bun.write(join(server.storage.path, PLANTED), "half a scr");
  for (let killed = 1; killed <= KILLS; killed++) {
    let isAnsweredAgain = false;
    const going = load.goOn(() => isAnsweredAgain && load.writes >= (killed * WRITES) / KILLS);
    const distance = Bun.sleep(KILL_DISTANCE_MS);
    await Bun.sleep(random() * KILL_AFTER_MS_MAX);
    await kill();
    for (const path of await requireHidden(server, load)) leftovers.add(path);
    isAnsweredAgain = true;
    await going;
    await distance;
  }

  // The next start finds every leftover old enough.
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const path of await temporaries(server))
    await utimes(join(server.storage.path, path), longAgo, longAgo);
  await kill();
  await until(
    () => temporaries(server),
    (found) => found.length === 0,
  );
  await load.end();
  expect(await server.stop()).toBe(0);
  expect([...pids].filter(isAlive)).toEqual([]);

  const slowestMs = Math.max(...returnsMs);
  const medianMs = returnsMs.toSorted((a, b) => a - b)[Math.floor(returnsMs.length / 2)] ?? Number.NaN;
  console.log(
    `kill -9: ${load.writes} writes and ${load.calls} calls answered, ${returnsMs.length} kills, ` +
      `back after ${Math.round(medianMs)} ms in the median and ${Math.round(slowestMs)} ms at most, ` +
      `${leftovers.size - 1} temporary files left by the crashes`,
  );
  expect(load.wrong).toEqual([]);
  expect(slowestMs).toBeLessThanOrEqual(RETURN_MS_MAX);
}, 300_000);

/** @returns Milliseconds until another process answers. */
async function killAndReturn(server: ServerProcess, pid: number): Promise<number> {
  const killedMs = performance.now();
  process.kill(pid, "SIGKILL");
  await until(
    () => server.serverPid().catch(() => pid),
    (seen) => seen !== pid,
    { withinMs: 60_000 },
  );
  return performance.now() - killedMs;
}

/** Neither listed nor served nor read. @returns The leftovers that lie there. */
async function requireHidden(server: ServerProcess, load: Load): Promise<readonly string[]> {
  const found = await temporaries(server);
  const listings = [
    await load.ask("/api/v1/exec/scripts/list?recursive=true"),
    await load.post("scripts/tree", {}),
    await load.ask("/api/v1/exec/list"),
  ];
  for (const listing of listings) {
    expect(listing?.status).toBe(200);
    expect(listing?.text).not.toContain(".hoody-");
  }
  for (const path of found.slice(0, 3)) {
    const name = path.slice(DEPLOYMENT.length + 1);
    expect((await load.ask(`/${name}`))?.status).toBe(404);
    expect((await load.ask(`/api/v1/exec/scripts/read?path=${name}`))?.status).toBe(403);
  }
  return found;
}

/** Temporary files, relative to the storage directory; some may belong to a write that goes on. */
async function temporaries(server: ServerProcess): Promise<readonly string[]> {
  return (await server.storage.list()).filter(isTemporaryName);
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

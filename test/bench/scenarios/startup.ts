import { tempDir } from "../../support/temp-dir.ts";
import { median } from "../compare.ts";
import { type BenchEffort, type BenchRow, formatCount, formatMs, type Scenario, toRow } from "../scenario.ts";
import { startExecServerOver, writeScripts } from "../servers.ts";
import { scriptsInDeployments } from "./many-scripts.ts";

/** From the start of the process to the first answer of a script. */
export const startupScenario: Scenario = {
  name: "startup",
  async run(effort) {
    return [
      await measureStart({ scriptCount: 10, deploymentCount: 1, atMostMs: 150 }, effort),
      await measureStart({ scriptCount: 10_000, deploymentCount: 100, atMostMs: 1_000 }, effort),
    ];
  },
};

async function measureStart(
  size: { readonly scriptCount: number; readonly deploymentCount: number; readonly atMostMs: number },
  { starts }: BenchEffort,
): Promise<BenchRow> {
  await using storage = await tempDir();
  await writeScripts(storage, scriptsInDeployments(size.scriptCount, size.deploymentCount));
  const answersMs: number[] = [];
  const listensMs: number[] = [];
  for (let at = 0; at < starts; at++) {
    await using server = await startExecServerOver(storage);
    const response = await fetch(`${server.url}/script-0`);
    if (response.status !== 200)
      throw new Error(`/script-0 answers ${response.status}: ${await response.text()}`);
    await response.text();
    answersMs.push(performance.now() - server.spawnedAtMs);
    listensMs.push(server.listeningAfterMs);
  }
  return toRow({
    title: `First answer after the process starts, ${formatCount(size.scriptCount)} scripts`,
    value: median(answersMs),
    atMost: size.atMostMs,
    format: formatMs,
    detail: `address printed after ${formatMs(median(listensMs))}, ${starts} starts`,
  });
}

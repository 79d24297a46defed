import { compare } from "../compare.ts";
import { formatCount, type Scenario, toRow } from "../scenario.ts";
import { startExecServer } from "../servers.ts";

/** The cheapest script there is, so that nothing hides what recording costs. */
const FILES = { "default/1/hello.js": 'return { hello: "world" };' };

/** What recording each request costs: the same server with it and without. */
export const metricsScenario: Scenario = {
  name: "metrics",
  async run(effort) {
    await using base = await startExecServer(FILES, ["--metrics-scripts-cap", "0"]);
    await using subject = await startExecServer(FILES);
    const compared = await compare({ base, subject, load: { path: "/hello" }, effort });
    return [
      toRow({
        title: "Recording of metrics: CPU time with it over that without",
        value: 1 / compared.cpuRatio,
        atMost: 1.03,
        format: (value) => value.toFixed(3),
        detail: `${formatCount(compared.subjectRequestsPerSecond)} of ${formatCount(compared.baseRequestsPerSecond)} requests/s`,
      }),
    ];
  },
};

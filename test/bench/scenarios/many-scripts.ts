import { compare } from "../compare.ts";
import { formatCount, formatRatio, type Scenario, toRow } from "../scenario.ts";
import { startExecServer } from "../servers.ts";

/** A script of ordinary size, each with a text of its own. */
export function ordinaryScript(name: string): string {
  return `// @description Answers for ${name}
const { query } = metadata;

function greet(name) {
  const words = ["hello", name ?? "world", ${JSON.stringify(name)}];
  return words.map((word) => word.toUpperCase()).join(" ");
}

const totals = [1, 2, 3].map((factor) => factor * ${name.length});
return { greeting: greet(query.name), totals, script: ${JSON.stringify(name)} };
`;
}

/** Scripts spread evenly over deployments `default/1` to `default/<n>`, by path below the scripts root. */
export function scriptsInDeployments(scriptCount: number, deploymentCount: number): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; at < scriptCount; at++) {
    const name = `script-${at}`;
    files[`default/${(at % deploymentCount) + 1}/${name}.js`] = ordinaryScript(name);
  }
  return files;
}

const HELLO = { "default/1/hello.js": 'return { hello: "world" };' };

/** A script answers as fast among ten thousand as alone. */
export const manyScriptsScenario: Scenario = {
  name: "many",
  async run(effort) {
    await using base = await startExecServer(HELLO);
    await using subject = await startExecServer({ ...scriptsInDeployments(10_000, 100), ...HELLO });
    const compared = await compare({ base, subject, load: { path: "/hello" }, effort });
    const detail = `${formatCount(compared.subjectRequestsPerSecond)} of ${formatCount(compared.baseRequestsPerSecond)} requests/s, CPU ${formatRatio(compared.cpuRatio)}`;
    return [
      toRow({
        title: "GET among 10,000 scripts in 100 deployments, against one script",
        value: compared.ratio,
        atLeast: 0.95,
        format: formatRatio,
        detail,
      }),
    ];
  },
};

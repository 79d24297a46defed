import { expect, test } from "bun:test";
import { keptDaysByLog } from "../../../src/logs/retention.ts";
import { RouteTable } from "../../../src/routing/route-table.ts";
import { toDeployment } from "../../../src/scripts/deployment.ts";

const DEPLOYMENTS = 300;
const SCRIPTS_EACH = 5;

/** Deployments that all have a log, some of them under one subdomain, and a script that serves them all. */
function manyDeployments(): { readonly routes: RouteTable; readonly logs: ReadonlySet<string> } {
  const routes = new RouteTable({ root: "absent" });
  const logs = new Set<string>();
  routes.apply({ kind: "written", file: "common.js", origin: "api" });
  for (let at = 0; at < DEPLOYMENTS; at++) {
    const subdomain = at % 2 === 0 ? "default" : `site${at}`;
    logs.add(`${subdomain}-${at}.log`);
    for (let script = 0; script < SCRIPTS_EACH; script++)
      routes.apply({ kind: "written", file: `${subdomain}/${at}/s${script}.js`, origin: "api" });
  }
  return { routes, logs };
}

test("the work grows with the number of scripts, not with that of scripts times logs", async () => {
  const { routes, logs } = manyDeployments();
  const counts = { lists: 0, names: 0, reads: 0 };
  const days = await keptDaysByLog(logs, {
    scripts: () => {
      counts.lists++;
      const all = routes.scripts();
      counts.names += all.length;
      return all;
    },
    scriptsOf: ({ subdomain, execId }) => {
      const found = routes.scriptsOf(toDeployment(subdomain, execId));
      counts.names += found.own.length;
      return found;
    },
    sourceOf: (file) => {
      counts.reads++;
      return file === "common.js" ? "// @log-retention-days 90\n" : "// @log-retention-days 7\n";
    },
  });
  expect([...days.keys()].sort()).toEqual([...logs].sort());
  expect(new Set(days.values())).toEqual(new Set([90]));
  const scripts = DEPLOYMENTS * SCRIPTS_EACH + 1;
  expect(counts).toEqual({ lists: 1, names: 2 * scripts - 1, reads: scripts });
});

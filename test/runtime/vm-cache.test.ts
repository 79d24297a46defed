import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

const COUNT = "shared.count = (shared.count ?? 0) + 1; return { count: shared.count };";
const SLOW = "shared.count = 41; await new Promise((go) => { shared.go = go }); return 'slow'";

const hostOf = (execId: string) => ({ headers: { host: `p1-c1-exec-${execId}.node.localhost` } });
const count = async (app: ScriptApp, execId: string) =>
  (await app.ask("/count", hostOf(execId))).json.count as number;

test("of more deployments than --vm-cache-cap the one that was idle for longest goes, with its shared state", async () => {
  const files = Object.fromEntries(["1", "2", "3"].map((id) => [`default/${id}/count.js`, COUNT]));
  await using app = await scriptApp(files, ["--vm-cache-cap", "2"]);
  const counts: number[] = [];
  for (const execId of ["1", "2", "1", "3", "1", "2"]) counts.push(await count(app, execId));
  // The third deployment took the place of the second.
  expect(counts).toEqual([1, 1, 2, 1, 3, 1]);
});

test("a deployment with a request under way keeps its shared state, however many come", async () => {
  const files = Object.fromEntries(["1", "2", "3"].map((id) => [`default/${id}/count.js`, COUNT]));
  await using app = await scriptApp(
    { ...files, "default/1/slow.js": SLOW, "default/1/go.js": "shared.go()" },
    ["--vm-cache-cap", "1"],
  );
  const slow = app.ask("/slow");
  await until(
    () => app.engine.active.size,
    (size) => size === 1,
  );
  for (const execId of ["2", "3"]) expect(await count(app, execId)).toBe(1);
  expect(await count(app, "1")).toBe(42);
  await app.ask("/go");
  expect((await slow).text).toBe("slow");
});

test("a deployment that is let go of while it works ends its timers when the work is over", async () => {
  const ticking = `
const { appendFileSync } = require("node:fs");
setInterval(() => appendFileSync(metadata.query.file, "."), 2);
await new Promise((go) => { shared.go = go });
return "done";`;
  await using app = await scriptApp({ "default/1/ticking.js": ticking, "default/1/go.js": "shared.go()" });
  const file = join(app.scripts.path, "ticks.txt");
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const running = app.ask(`/ticking?file=${encodeURIComponent(file)}`);
  await until(size, (bytes) => bytes > 0);
  await app.call("POST", "/api/v1/exec/cache/clear", { clearAll: true });
  const cleared = size();
  await until(size, (bytes) => bytes > cleared);
  await app.ask("/go");
  expect((await running).text).toBe("done");
  const ended = size();
  await Bun.sleep(30);
  expect(size()).toBe(ended);
});

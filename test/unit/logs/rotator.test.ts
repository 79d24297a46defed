import { expect, test } from "bun:test";
import { mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { LogFiles } from "../../../src/logs/files.ts";
import { LogRotator } from "../../../src/logs/rotator.ts";
import { RouteTable } from "../../../src/routing/route-table.ts";
import { toDeployment } from "../../../src/scripts/deployment.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { tempDir } from "../../support/temp-dir.ts";

const DAY_MS = 86_400_000;
const NOW = "2026-06-30T12:00:00.000Z";

/** Log files by name: how many days ago their first line and their last one were written. */
async function sweep(
  logs: Readonly<Record<string, readonly [first: number, last: number]>>,
  scripts: Readonly<Record<string, string>>,
): Promise<string[]> {
  await using directory = await tempDir();
  const clock = new FakeClock(NOW);
  const log = pino({ level: "silent" });
  const owner = Promise.resolve();
  const root = directory.path;
  const ago = (days: number) => new Date(clock.now().getTime() - days * DAY_MS);
  await mkdir(join(root, "cron"));
  for (const [file, [first, last]] of Object.entries(logs)) {
    await Bun.write(join(root, file), `{"time":"${ago(first).toISOString()}"}\n`);
    await utimes(join(root, file), ago(last), ago(last));
  }
  await using files = new LogFiles({
    root,
    clock,
    log,
    owner,
    bufferBytesMax: 1e6,
    fileBytesMax: 1e6,
    filesKept: 10,
  });
  await using scriptsDir = await tempDir();
  await scriptsDir.write(scripts);
  const routes = new RouteTable({ root: scriptsDir.path });
  routes.rebuild();
  const rotator = new LogRotator({
    files,
    clock,
    log,
    owner,
    filesKept: 10,
    scripts: () => routes.scripts(),
    scriptsOf: ({ subdomain, execId }) => routes.scriptsOf(toDeployment(subdomain, execId)),
    sourceOf: (file) => scripts[file] ?? null,
  });
  await rotator.sweep();
  return (await readdir(root, { recursive: true })).filter((name) => name.includes(".")).sort();
}

const ASIDE = "default-1.log.20260101T000000000Z";
const SET_ASIDE_NOW = "default-1.log.20260630T120000000Z";

test("a file is kept for 30 days after its last line, unless a script says otherwise", async () => {
  const script = { "default/1/a.js": "// @log-level standard\n" };
  expect(await sweep({ [ASIDE]: [40, 29.9] }, script)).toEqual([ASIDE]);
  expect(await sweep({ [ASIDE]: [40, 30] }, script)).toEqual([]);
  expect(await sweep({ [ASIDE]: [40, 29.9] }, {})).toEqual([ASIDE]);
  expect(await sweep({ [ASIDE]: [40, 30] }, {})).toEqual([]);
});

test("@log-retention-days decides, the longest of the deployment's scripts that keep a log", async () => {
  const scripts = {
    "default/1/a.js": "// @log-retention-days 7\n",
    "default/1/sub/b.js": "// @log-retention-days 60\n",
    "default/1/none.js": "// @log-level none\n// @log-retention-days 3650\n",
    "default/2/a.js": "// @log-retention-days 3650\n",
  };
  expect(await sweep({ [ASIDE]: [90, 59] }, scripts)).toEqual([ASIDE]);
  expect(await sweep({ [ASIDE]: [90, 61], "default-2.log": [1, 1] }, scripts)).toEqual(["default-2.log"]);
});

test.each([
  "default/shared.js",
  "default/tools/deep/er.js",
  "1/shared.js",
  "1/deep/er.js",
  "shared.js",
  "default.js",
  "index.js",
  "api/users.js",
  "api/v1/users/[id].js",
])("a script that answers for the deployment from %s counts", async (file) => {
  expect(await sweep({ [ASIDE]: [90, 89] }, { [file]: "// @log-retention-days 90\n" })).toEqual([ASIDE]);
});

test("a deployment that searches nowhere else has no other's time", async () => {
  const scripts = { "shared.js": "// @log-retention-days 90\n", "default/1/.exclusive": "" };
  expect(await sweep({ [ASIDE]: [90, 89] }, scripts)).toEqual([]);
});

test("a script in the folder of another deployment that has a log decides about that one alone", async () => {
  const scripts = { "api/v1/users.js": "// @log-retention-days 90\n" };
  expect(await sweep({ [ASIDE]: [90, 89], "api-v1.log": [1, 1] }, scripts)).toEqual(["api-v1.log"]);
});

test("a file that nobody writes to any more goes as well", async () => {
  expect(await sweep({ "default-1.log": [31, 31] }, {})).toEqual([]);
});

test("a file is set aside when its first line is older than the share of one file", async () => {
  expect(await sweep({ "default-1.log": [2.9, 0] }, {})).toEqual(["default-1.log"]);
  expect(await sweep({ "default-1.log": [3, 0] }, {})).toEqual([SET_ASIDE_NOW]);
  const week = { "default/1/a.js": "// @log-retention-days 7\n" };
  expect(await sweep({ "default-1.log": [0.9, 0] }, week)).toEqual(["default-1.log"]);
  expect(await sweep({ "default-1.log": [1, 0] }, week)).toEqual([SET_ASIDE_NOW]);
});

test("with 0 days whatever is there is removed", async () => {
  const scripts = { "default/1/a.js": "// @log-retention-days 0\n" };
  expect(await sweep({ "default-1.log": [1, 0], [ASIDE]: [3, 2] }, scripts)).toEqual([]);
});

test("logs of others are left alone", async () => {
  const logs = { "cron/fires.log": [999, 999], "notes.txt": [999, 999] } as const;
  expect(await sweep(logs, {})).toEqual(["cron/fires.log", "notes.txt"]);
});

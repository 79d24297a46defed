import { expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";

const TEXT = "GET https://u:pa55@x.y/?token=sekret failed, password=hunter2 Bearer abcdef123456";
const SECRETS = /pa55|sekret|hunter2|abcdef123456|t0ken-of-script/;

/* What a script fails with, returns or is called by must not give its secrets away to whoever may only read. */
test("neither logs, nor figures, nor the history of schedules show what a failure or a result says of secrets", async () => {
  await using server = await startProcess({
    files: {
      "default/1/fails.js": `// @log-level standard\nthrow new Error(${JSON.stringify(TEXT)});\n`,
      "default/1/due.js": `// @schedule @daily\nthrow new Error(${JSON.stringify(TEXT)});\n`,
      "default/1/result.js":
        '// @schedule @daily\nreturn { apiKey: "sekret", nested: { password: "hunter2" }, n: 1 };\n',
      "default/1/guarded.js": "// @token t0ken-of-script\n// @log-level standard\nreturn 1;\n",
      "default/1/stream.js":
        '// @log-level standard\nreturn (async function* () { yield "a"; await Bun.sleep(60_000); })();\n',
    },
  });
  const control = (path: string, body?: unknown) =>
    server.fetch(`/api/v1/exec/${path}`, {
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: { "content-type": "application/json" },
    });
  await server.fetch("/fails");
  expect((await server.fetch("/guarded%3Ftoken=t0ken-of-script")).status).toBe(200);
  const leaving = new AbortController();
  const stream = await server.fetch("/stream", { signal: leaving.signal });
  await stream.body?.getReader().read();
  leaving.abort();
  for (const name of ["due.js", "result.js"])
    await control("schedules/trigger", { scriptPath: `default/1/${name}`, force: true });
  const read = async (file: string) => (await control("logs/read", { file })).text();
  const log = await until(
    () => read("default-1.log"),
    (text) => text.includes("/fails") && text.includes("/guarded") && text.includes("aborted"),
  );
  const shown = {
    log,
    fires: await read("cron/fires.log"),
    history: await (await control("schedules/history")).text(),
    scripts: await (await control("monitor/scripts")).text(),
  };
  for (const [where, text] of Object.entries(shown))
    expect({ where, found: SECRETS.exec(text)?.[0] }).toEqual({ where, found: undefined });
  expect(shown.history).toContain("***");
  // Who had gone by then is known all the same.
  expect(log).not.toContain('\\"clientIp\\":\\"\\"');
  const mode = async (path: string) =>
    ((await stat(join(server.storage.path, path))).mode & 0o777).toString(8);
  expect([await mode("logs/cron"), await mode("logs/cron/fires.log")]).toEqual(["750", "640"]);
}, 30_000);

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { runProcess, type ServerProcess, startProcess } from "../support/process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const OF_FLAG = "f1ag-token-0123456789";
const OF_FILE = "fi1e-token-0123456789";
const OF_VARIABLE = "env-token-0123456789";
const ALL = [OF_FLAG, OF_FILE, OF_VARIABLE];

/** TABLE: a way to the environment or to the arguments → the script that takes it. */
const WAYS: Readonly<Record<string, string>> = {
  "process.env": "return { ...process.env }",
  "Bun.env": "return { ...Bun.env }",
  "import.meta.env": "export default () => import.meta.env ?? {}",
  "require of process": 'return { ...require("process").env, argv: require("node:process").argv }',
  "import of process":
    'import process, { env } from "node:process"; export default () => ({ ...env, ...process })',
  "import of bun": 'import { argv, env } from "bun"; export default () => ({ argv, ...env })',
  arguments: "return { argv: process.argv, bun: Bun.argv, exec: process.execArgv, title: process.title }",
  parseArgs: 'return require("node:util").parseArgs({ strict: false, allowPositionals: true })',
  "Bun.spawnSync": 'return Bun.spawnSync(["env"]).stdout.toString()',
  "Bun.spawnSync with one object": 'return Bun.spawnSync({ cmd: ["env"] }).stdout.toString()',
  "Bun.spawn": 'return await new Response(Bun.spawn(["env"]).stdout).text()',
  "spawn of bun": 'return require("bun").spawnSync(["env"]).stdout.toString()',
  "Bun's shell": "return (await Bun.$`env`.text()) + (await $`env`.text())",
  child_process: 'return require("child_process").execSync("env").toString()',
  "a worker thread": `
    const { Worker } = require("node:worker_threads");
    const code = 'require("worker_threads").parentPort.postMessage([process.env, process.argv, Bun.argv].map((each) => JSON.stringify(each)))';
    return await new Promise((resolve) => new Worker(code, { eval: true }).once("message", resolve))`,
  "a report": 'return JSON.stringify(process.report?.getReport?.() ?? "none")',
  "a package": 'return require("curious")()',
  "an error": "throw new Error(JSON.stringify([process.env, process.argv, Bun.argv]))",
};

const nameOf = (way: string) => way.replace(/\W+/g, "-").toLowerCase();

/** Every way as a serverless script and as one with a kept context. */
const FILES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(WAYS).flatMap(([way, script]) => [
      [`default/1/${nameOf(way)}.ts`, script],
      [`default/1/kept/${nameOf(way)}.ts`, `// @mode worker\n${script}`],
    ]),
  ),
  "_default.env": "OWN=of-the-script",
  "default/1/guarded.ts": '// @token script-token\nreturn "in"',
  "node_modules/curious/package.json": '{ "name": "curious", "main": "index.js" }',
  "node_modules/curious/index.js":
    "module.exports = () => JSON.stringify([process.env, process.argv, Bun.env, Bun.argv, process.execArgv])",
};

let secrets: TempDir;
let byFlags: ServerProcess;
let byVariables: ServerProcess;
beforeAll(async () => {
  secrets = await tempDir();
  const file = join(secrets.path, "tokens");
  await secrets.write({ tokens: `# of the tests\n${OF_FILE}:read\n` });
  await chmod(file, 0o600);
  const flags = ["--api-token", `${OF_FLAG}:write`, `--api-token-file=${file}`, "--log-level", "trace"];
  byFlags = await startProcess({ files: FILES, flags });
  byVariables = await startProcess({
    files: FILES,
    env: { EXEC_API_TOKEN: OF_VARIABLE, EXEC_API_TOKEN_FILE: file, EXEC_LOG_LEVEL: "trace" },
  });
});
afterAll(async () => {
  await byFlags[Symbol.asyncDispose]();
  await byVariables[Symbol.asyncDispose]();
  await secrets[Symbol.asyncDispose]();
});

describe("a server with tokens", () => {
  const list = async (server: ServerProcess, token: string | null) => {
    const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    return (await server.fetch("/api/v1/exec/list", { headers })).status;
  };
  const clear = async (server: ServerProcess, token: string) => {
    const init = { method: "POST", headers: { "x-api-key": token } };
    return (await server.fetch("/api/v1/exec/cache/clear", init)).status;
  };

  test("answers the bearers of those it was given, and nobody else", async () => {
    const seen = (server: ServerProcess) =>
      Promise.all([OF_FLAG, OF_VARIABLE, OF_FILE, null].map((token) => list(server, token)));
    expect(await seen(byFlags)).toEqual([200, 401, 200, 401]);
    expect(await seen(byVariables)).toEqual([401, 200, 200, 401]);
  });

  test("lets each do what its role says", async () => {
    // 400: let in, and then without a word about what to clear.
    expect([await clear(byFlags, OF_FLAG), await clear(byFlags, OF_FILE)]).toEqual([400, 403]);
    expect([await clear(byVariables, OF_VARIABLE), await clear(byVariables, OF_FILE)]).toEqual([400, 403]);
  });

  test("still says that it is healthy, and runs scripts, without a token", async () => {
    expect((await byFlags.fetch("/api/v1/exec/health")).status).toBe(200);
    expect((await byFlags.fetch("/arguments")).status).toBe(200);
  });

  test("opens no script's @token with one of its own", async () => {
    const as = async (token: string) =>
      (await byFlags.fetch("/guarded", { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await as(OF_FLAG), await as("script-token")]).toEqual([401, 200]);
  });
});

describe("no script finds a token", () => {
  test.each(Object.keys(WAYS))("by %s", async (way) => {
    for (const server of [byFlags, byVariables]) {
      for (const path of [`/${nameOf(way)}`, `/kept/${nameOf(way)}`]) {
        const response = await server.fetch(path);
        const text = await response.text();
        expect([path, response.status]).toEqual([path, way === "an error" ? 500 : 200]);
        for (const secret of [...ALL, secrets.path, "EXEC_API_TOKEN"]) expect(text).not.toContain(secret);
      }
    }
  });

  test("while its children have the environment that it has itself", async () => {
    for (const way of ["Bun.spawnSync", "Bun.spawn", "spawn of bun"]) {
      const text = await (await byFlags.fetch(`/${nameOf(way)}`)).text();
      expect(text).toContain("OWN=of-the-script");
      expect(text).toContain("PATH=");
    }
  });
});

// The last of those that use the servers: it looks at all that was logged.
test("no token stands in the log or in what is printed at the start", () => {
  for (const server of [byFlags, byVariables]) {
    expect(server.output()).toContain("Authorization: Bearer $TOKEN");
    expect(server.output()).toContain("control request");
    for (const token of ALL) expect(server.output()).not.toContain(token);
  }
});

test("bun run start does not repeat a token that it was given", async () => {
  const flags = ["--api-token", OF_FLAG, "--api-token-file", "/nowhere/tokens"];
  const child = Bun.spawn([process.execPath, "run", "start", ...flags], {
    cwd: join(import.meta.dir, "../.."),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const printed = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  expect(await child.exited).toBe(2);
  expect(printed.join("")).toContain("/nowhere/tokens");
  expect(printed.join("")).not.toContain(OF_FLAG);
});

describe("where it listens", () => {
  test("another loopback address needs no token", async () => {
    await using own = await startProcess({ flags: ["--host", "127.0.0.5"] });
    expect((await own.fetch("/api/v1/exec/list")).status).toBe(200);
  });

  test("any other is refused in one line that says what decides it", async () => {
    const { exitCode, stdout, stderr } = await runProcess(["--host", "0.0.0.0", "--port", "0"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd()).not.toContain("\n");
    for (const flag of ["--host", "--api-token", "--allow-unauthenticated"]) expect(stderr).toContain(flag);
  });
});

describe("tokens that cannot be used end with exit code 2 and one line without them", () => {
  test.each<[string, readonly string[], Record<string, string>]>([
    ["an unknown role", ["--api-token", `${OF_FLAG}:chief`], {}],
    ["an empty one", ["--api-token", ""], {}],
    ["an unusable variable", [], { EXEC_API_TOKEN: `${OF_VARIABLE} ${OF_FLAG}` }],
    ["a file that is not there", ["--api-token-file", "/nowhere/tokens"], {}],
  ])("%s", async (_name, flags, env) => {
    const { exitCode, stdout, stderr } = await runProcess([...flags, "--port", "0"], env);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(stderr).toMatch(/api-token|API_TOKEN/);
    for (const token of ALL) expect(stderr).not.toContain(token);
  });
});

import { expect, test } from "bun:test";
import { cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type ServerProcess, startProcess, untilGone, untilReplaced } from "../support/process.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

const ROOT = join(import.meta.dir, "../..");

const FILES = {
  "default/1/slow.ts": `shared.state = "running";
await new Promise((resolve) => setTimeout(resolve, 400));
return "finished"`,
  "default/1/state.ts": "return shared.state ?? null",
};

const isRunning = (server: ServerProcess) =>
  until(
    async () => await (await server.fetch("/state")).text(),
    (seen) => seen === "running",
  );

test.each<[string, readonly string[]]>([
  ["bun src/main.ts", [process.execPath, "src/main.ts"]],
  ["bun run start, which passes it on once more", [process.execPath, "run", "start"]],
])(
  "one Ctrl-C in the terminal of %s lets running requests finish, and exits with 0",
  async (_name, command) => {
    await using server = await startProcess({ files: FILES, command, ownGroup: true });
    const pid = await server.serverPid();
    const slow = server.fetch("/slow");
    await isRunning(server);
    // A terminal sends it to the whole group.
    process.kill(-server.pid, "SIGINT");
    expect(await (await slow).text()).toBe("finished");
    await untilGone(server.pid);
    await untilGone(pid);
    expect(server.output()).not.toContain("The server process died");
  },
);

test("SIGHUP puts a new process in the place of the server, and what runs is finished", async () => {
  await using server = await startProcess({ files: FILES });
  const pid = await server.serverPid();
  const slow = server.fetch("/slow");
  await isRunning(server);
  process.kill(server.pid, "SIGHUP");
  expect(await (await slow).text()).toBe("finished");
  await untilReplaced(server, pid);
  await untilGone(pid);
});

test("SIGTERM to the server process alone does the same", async () => {
  await using server = await startProcess({ files: FILES });
  const pid = await server.serverPid();
  const slow = server.fetch("/slow");
  await isRunning(server);
  process.kill(pid, "SIGTERM");
  expect(await (await slow).text()).toBe("finished");
  await untilReplaced(server, pid);
  await untilGone(pid);
  expect(await server.stop()).toBe(0);
});

test("SIGTERM to parent and server at once, as systemd sends it, ends both with 0", async () => {
  await using server = await startProcess({ files: FILES });
  const pid = await server.serverPid();
  process.kill(pid, "SIGTERM");
  expect(await server.stop("SIGTERM")).toBe(0);
  await untilGone(pid);
});

test("SIGINT to the server process alone changes nothing", async () => {
  await using server = await startProcess({ files: FILES });
  const pid = await server.serverPid();
  process.kill(pid, "SIGINT");
  expect(await (await server.fetch("/slow")).text()).toBe("finished");
  expect(await server.serverPid()).toBe(pid);
});

test("bun --watch starts the server again when a source changes, and leaves nobody behind", async () => {
  await using copy = await tempDir();
  for (const each of ["src", "openapi", "package.json"])
    await cp(join(ROOT, each), join(copy.path, each), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(copy.path, "node_modules"));
  const main = join(copy.path, "src/main.ts");
  await using server = await startProcess({ files: FILES, command: [process.execPath, "--watch", main] });
  const pid = await server.serverPid();
  const source = Bun.file(join(copy.path, "src/server.ts"));
  await source.write(`${await source.text()}\n// changed\n`);
  await until(server.output, (output) => output.split("listens on").length === 3);
  const port = /http:\/\/127\.0\.0\.1:(\d+)/g;
  const url = [...server.output().matchAll(port)].map(([each]) => each).find((each) => each !== server.url);
  const health = (await (await fetch(`${url}/api/v1/exec/health`)).json()) as { pid: number };
  await server.stop("SIGTERM");
  for (const each of [pid, health.pid]) await untilGone(each);
});

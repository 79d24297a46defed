import { describe, expect, test } from "bun:test";
import { isAlive, type ServerProcess, startProcess, untilGone, untilServed } from "../support/process.ts";
import { until } from "../support/until.ts";

const FILES = {
  "default/1/ok.ts": 'return "ok"',
  "default/1/block.ts": "Bun.sleepSync(120_000)",
  "default/1/environment.ts": `const { stdout } = Bun.spawnSync(["env"]);
return { own: Object.keys(process.env), passedOn: stdout.toString(), argv: process.argv };`,
  "default/1/descriptors.ts": 'return Bun.spawnSync(["ls", "-l", "/proc/self/fd"]).stdout.toString()',
};

/** Milliseconds until `/ok` answers as it should. */
async function answersAfterMs(server: ServerProcess): Promise<number> {
  const since = performance.now();
  await untilServed(server, "/ok", "ok");
  return performance.now() - since;
}

describe("a server process that is killed", () => {
  test("is replaced on the same port within 2 s, and the log and the status say so", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    process.kill(pid, "SIGKILL");
    await untilGone(pid);
    expect(await answersAfterMs(server)).toBeLessThan(2000);
    expect(await server.serverPid()).not.toBe(pid);
    expect(isAlive(server.pid)).toBe(true);
    const line = server
      .output()
      .split("\n")
      .find((text) => text.includes("The server process died"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ level: 50, pid, signal: "SIGKILL", script: null });
    const status = await (await server.fetch("/api/v1/exec/system/restart-status")).json();
    expect(status).toMatchObject({
      canRestart: true,
      lastReplacement: { reason: "crashed", script: null, line: null, at: expect.any(String) },
    });
  });

  test.each([0, 20, 60, 100, 300])("also %d ms into a restart", async (afterMs) => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    process.kill(server.pid, "SIGHUP");
    await Bun.sleep(afterMs);
    process.kill(pid, "SIGKILL");
    await untilGone(pid);
    expect(await answersAfterMs(server)).toBeLessThan(2000);
    expect(await server.serverPid()).not.toBe(pid);
    expect(await server.stop()).toBe(0);
  });

  test("five times at once, the sixth time after a pause", async () => {
    await using server = await startProcess({ files: FILES });
    for (let at = 0; at < 5; at++) {
      const pid = await server.serverPid();
      process.kill(pid, "SIGKILL");
      await untilGone(pid);
      expect(await answersAfterMs(server)).toBeLessThan(2000);
    }
    expect(server.output()).not.toContain("delayMs");
    process.kill(await server.serverPid(), "SIGKILL");
    await until(server.output, (output) => output.includes('"delayMs":1000'));
    await answersAfterMs(server);
  });

  test("while it is waited for, SIGHUP starts it at once and SIGTERM ends the program", async () => {
    await using server = await startProcess({ files: FILES });
    for (let at = 0; at < 6; at++) {
      await answersAfterMs(server);
      process.kill(await server.serverPid(), "SIGKILL");
      await until(server.output, (output) => output.split("The server process died").length === at + 2);
    }
    process.kill(server.pid, "SIGHUP");
    expect(await answersAfterMs(server)).toBeLessThan(900);
    process.kill(await server.serverPid(), "SIGKILL");
    await until(server.output, (output) => output.includes('"delayMs":2000'));
    expect(await server.stop()).toBe(0);
  });
});

describe("nothing outlives the parent", () => {
  test("killed, it takes the server along", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    await server.stop("SIGKILL");
    await untilGone(pid);
  });

  test("also one that is stuck in a call that never returns", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--stall-timeout", "0"] });
    const pid = await server.serverPid();
    const stuck = server.fetch("/block").catch(() => null);
    await until(
      () => server.fetch("/ok", { signal: AbortSignal.timeout(200) }).catch(() => "stuck"),
      (seen) => seen === "stuck",
    );
    await server.stop("SIGKILL");
    await untilGone(pid);
    await stuck;
  });

  test("stopped, it ends one that is stuck after the time to drain", async () => {
    const flags = ["--stall-timeout", "0", "--drain-timeout", "100ms"];
    await using server = await startProcess({ files: FILES, flags });
    const pid = await server.serverPid();
    const stuck = server.fetch("/block").catch(() => null);
    await until(
      () => server.fetch("/ok", { signal: AbortSignal.timeout(200) }).catch(() => "stuck"),
      (seen) => seen === "stuck",
    );
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    await stuck;
  });
});

describe("scripts", () => {
  test("see nothing of how the process was started, nor do the programs they start", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--log-level", "warn"] });
    const seen = (await (await server.fetch("/environment")).json()) as {
      own: string[];
      passedOn: string;
      argv: string[];
    };
    expect(seen.own.filter((name) => /CHANNEL|HOODY/.test(name))).toEqual([]);
    expect(seen.passedOn).not.toMatch(/CHANNEL|HOODY/);
    expect(seen.argv.join(" ")).not.toContain("program.ts");
    expect(await (await server.fetch("/descriptors")).text()).not.toContain("hoody-exec");
  });
});

describe("the commands people type", () => {
  test.skipIf(Bun.which("npx") === null)(
    "ending npx ends the server (skipped where there is no npx)",
    async () => {
      await using server = await startProcess({
        files: FILES,
        command: ["npx", "--yes", `bun@${Bun.version}`, "run", "start"],
      });
      const pid = await server.serverPid();
      await server.stop("SIGTERM");
      await untilGone(pid);
    },
    60_000,
  );

  test("ending bun run ends the server, in good order or not", async () => {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      await using server = await startProcess({ files: FILES, command: [process.execPath, "run", "start"] });
      const pid = await server.serverPid();
      await server.stop(signal);
      await untilGone(pid);
    }
  });

  test("a shell that started it in the background may end", async () => {
    await using server = await startProcess({
      files: FILES,
      command: ["sh", "-c", 'nohup "$0" "$@" & wait $!', process.execPath, "src/main.ts"],
    });
    const pid = await server.serverPid();
    const { ppid } = await readParent(pid);
    try {
      await server.stop("SIGKILL");
      // More than one look at who started it.
      await Bun.sleep(2500);
      expect(await server.serverPid()).toBe(pid);
      process.kill(pid, "SIGKILL");
      await untilGone(pid);
      await answersAfterMs(server);
      expect(await readParent(await server.serverPid())).toEqual({ ppid });
    } finally {
      process.kill(ppid, "SIGTERM");
      await untilGone(ppid);
    }
  });
});

async function readParent(pid: number): Promise<{ readonly ppid: number }> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return { ppid: Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]) };
}

import { describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";

const FILES = {
  "default/1/ok.ts": 'return "ok"',
  "default/1/sleep.ts": "\nBun.sleepSync(60_000)",
  "default/1/wait.ts": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return 1",
  "default/1/helper.ts": 'import { stall } from "./lib/stall.ts"; return stall()',
  "default/1/lib/stall.ts": "export function stall() { Bun.sleepSync(60_000) }",
  "default/1/loads.ts": 'import "./lib/slow.ts"; return 1',
  "default/1/lib/slow.ts": "Bun.sleepSync(60_000); export {}",
  "default/1/later.ts": "await Bun.sleep(20); Bun.sleepSync(60_000)",
  "default/1/timer.ts": "setTimeout(() => Bun.sleepSync(60_000), 20); return 1",
  "default/1/json.ts": "return { toJSON() { Bun.sleepSync(60_000) } }",
  "default/1/body.ts": "return { body: req.body.size, stall: Bun.sleepSync(60_000) }",
  "default/1/stream.ts":
    "return (async function* () { yield 1; await Bun.sleep(20); yield 2; Bun.sleepSync(60_000) })()",
  "default/1/thenable.ts": "const self = { then(resolve) { resolve(self) } }; return self",
  "default/1/waits.ts": "await new Promise(() => {})",
  "default/1/abort.ts": `const { dlopen } = require("bun:ffi");
dlopen("libc.so.6", { abort: { args: [], returns: "void" } }).symbols.abort()`,
  "default/1/fault.ts": `const { read } = require("bun:ffi"); return read.u8(8, 0)`,
};

interface Status {
  readonly lastReplacement?: {
    readonly reason: string;
    readonly script: string | null;
    readonly line: number | null;
  };
}

async function lastReplacement(server: ServerProcess): Promise<Status["lastReplacement"]> {
  const status = await server.fetch("/api/v1/exec/system/restart-status");
  return ((await status.json()) as Status).lastReplacement;
}

/** Calls a script that ends its server, and waits for the next one. */
async function untilReplaced(server: ServerProcess, path: string, init?: RequestInit): Promise<void> {
  const pid = await server.serverPid();
  // On a connection of its own: on a kept one, fetch would ask the next server again, which would stand still as well.
  const call = server
    .fetch(path, { ...init, keepalive: false })
    .then((response) => response.text())
    .catch(() => null);
  await until(
    () =>
      server.fetch("/api/v1/exec/health", { signal: AbortSignal.timeout(500) }).then(
        async (response) => ((await response.json()) as { pid: number }).pid,
        () => pid,
      ),
    (now) => now !== pid,
  );
  await call;
}

describe("a script that never yields", () => {
  test("others are answered again within 6 s, and the log and the status name it", async () => {
    await using server = await startProcess({ files: FILES });
    expect(await (await server.fetch("/ok")).text()).toBe("ok");
    const since = performance.now();
    await untilReplaced(server, "/sleep");
    expect(performance.now() - since).toBeLessThan(6000);
    expect(await (await server.fetch("/ok")).text()).toBe("ok");
    expect(await lastReplacement(server)).toMatchObject({ reason: "stalled", script: "default/1/sleep.ts" });
    const line = server
      .output()
      .split("\n")
      .find((text) => text.includes("stood still"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ level: 50, script: "default/1/sleep.ts" });
  }, 20_000);

  test.each<[string, string, RequestInit]>([
    ["/wait", "default/1/wait.ts", {}],
    ["/helper", "default/1/helper.ts", {}],
    ["/loads", "default/1/loads.ts", {}],
    ["/later", "default/1/later.ts", {}],
    ["/timer", "default/1/timer.ts", {}],
    ["/json", "default/1/json.ts", {}],
    ["/thenable", "default/1/thenable.ts", {}],
    ["/stream", "default/1/stream.ts", {}],
    [
      "/body",
      "default/1/body.ts",
      { method: "POST", body: "{}", headers: { "content-type": "application/json" } },
    ],
  ])(
    "%s is put down to %s",
    async (path, script, init) => {
      await using server = await startProcess({ files: FILES, flags: ["--stall-timeout", "500ms"] });
      await untilReplaced(server, path, init);
      expect(await lastReplacement(server)).toMatchObject({ reason: "stalled", script });
    },
    20_000,
  );

  test("of several scripts that may have gone on, none is named, and the log lists them", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--stall-timeout", "500ms"] });
    const waiting = server.fetch("/waits").catch(() => null);
    await until(
      async () =>
        (await (await server.fetch("/api/v1/exec/system/restart-status")).json()) as {
          activeRequests: number;
        },
      ({ activeRequests }) => activeRequests === 1,
    );
    await untilReplaced(server, "/later");
    await waiting;
    expect(await lastReplacement(server)).toMatchObject({ reason: "stalled", script: null });
    const line = server
      .output()
      .split("\n")
      .find((text) => text.includes("stood still"));
    expect(JSON.parse(line ?? "{}").candidates.sort()).toEqual(["default/1/later.ts", "default/1/waits.ts"]);
  });

  test("a socket handler is put down to its script", async () => {
    const files = {
      "default/1/socket.ts": `// @mode worker
// @websocket
ws.message = () => Bun.sleepSync(60_000);`,
    };
    await using server = await startProcess({ files, flags: ["--stall-timeout", "500ms"] });
    const pid = await server.serverPid();
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket`);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    socket.send("stall");
    await until(
      () => server.serverPid().catch(() => pid),
      (now) => now !== pid,
    );
    expect(await lastReplacement(server)).toMatchObject({ reason: "stalled", script: "default/1/socket.ts" });
  });

  test("--stall-timeout 0 lets it be", async () => {
    const short = { "default/1/short.ts": "Bun.sleepSync(1500); return 1", "default/1/ok.ts": 'return "ok"' };
    await using server = await startProcess({ files: short, flags: ["--stall-timeout", "0"] });
    const pid = await server.serverPid();
    expect(await (await server.fetch("/short")).text()).toBe("1");
    expect(await server.serverPid()).toBe(pid);
  });
});

describe("no stall", () => {
  test("a machine that stood still: parent and server both stopped", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--stall-timeout", "1s"] });
    const pid = await server.serverPid();
    for (const each of [server.pid, pid]) process.kill(each, "SIGSTOP");
    await Bun.sleep(2000);
    for (const each of [server.pid, pid]) process.kill(each, "SIGCONT");
    await Bun.sleep(300);
    expect(await server.serverPid()).toBe(pid);
  });

  test("a server that was stopped from outside", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--stall-timeout", "300ms"] });
    const pid = await server.serverPid();
    process.kill(pid, "SIGSTOP");
    await Bun.sleep(1000);
    process.kill(pid, "SIGCONT");
    expect(await server.serverPid()).toBe(pid);
  });

  const busy = "const until = performance.now() + 60;\nwhile (performance.now() < until) String(until);";

  test.each([
    ["requests that came at once", busy],
    ["requests whose timers are due at once", `await new Promise((done) => setTimeout(done, 100));\n${busy}`],
    ["requests that read a file", `await Bun.file("/dev/null").text();\n${busy}`],
    ["timers that nobody waits for", `setTimeout(() => { ${busy} shared.ended++ }, 100);`],
  ])("many short runs in one turn of the event loop: %s", async (_what, source) => {
    const files = {
      "default/1/a.js": `shared.ended ??= 0;\n${source}\nshared.ended++;\nreturn "done"`,
      "default/1/ended.js": "return shared.ended",
    };
    await using server = await startProcess({ files, flags: ["--stall-timeout", "1s"] });
    const pid = await server.serverPid();
    const ask = () => server.fetch("/a").then((response) => response.text());
    const answers = await Promise.all(Array.from({ length: 24 }, ask));
    expect(answers).toEqual(Array(24).fill("done"));
    const isTimer = source.startsWith("setTimeout");
    await until(
      async () => Number(await (await server.fetch("/ended")).text()),
      (ended) => ended === (isTimer ? 48 : 24),
    );
    expect(await server.serverPid()).toBe(pid);
  });

  test("many messages of a socket at once", async () => {
    const files = {
      "default/1/a.ts": `// @mode worker
// @websocket
ws.message = (socket) => { ${busy} socket.send("done") };`,
    };
    await using server = await startProcess({ files, flags: ["--stall-timeout", "1s"] });
    const pid = await server.serverPid();
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/a`);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    let count = 0;
    socket.addEventListener("message", () => void count++);
    for (let at = 0; at < 24; at++) socket.send("x");
    await until(
      () => count,
      (seen) => seen === 24,
    );
    expect(await server.serverPid()).toBe(pid);
    socket.close();
  });

  test("a script that takes long and yields", async () => {
    const files = {
      "default/1/long.ts":
        "for (let at = 0; at < 20; at++) { Bun.sleepSync(80); await Bun.sleep(1) } return 1",
    };
    await using server = await startProcess({ files, flags: ["--stall-timeout", "1s"] });
    expect(await (await server.fetch("/long")).text()).toBe("1");
  });
});

describe("a script that brings the process down", () => {
  test.each([
    ["/abort", "default/1/abort.ts"],
    ["/fault", "default/1/fault.ts"],
  ])("%s is put down to %s, and others are served on", async (path, script) => {
    await using server = await startProcess({ files: FILES });
    await untilReplaced(server, path);
    expect(await lastReplacement(server)).toMatchObject({ reason: "crashed", script });
    expect(await (await server.fetch("/ok")).text()).toBe("ok");
  });
});

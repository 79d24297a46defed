import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { type ClientManner, startClients } from "../support/load-clients.ts";
import {
  isAlive,
  type ServerProcess,
  startProcess,
  untilGone,
  untilReplaced,
  untilServed,
} from "../support/process.ts";
import { until } from "../support/until.ts";

const FILES = {
  "default/1/ok.ts": 'return "ok"',
  "default/1/slow.ts": 'await new Promise((resolve) => setTimeout(resolve, 30)); return "ok"',
  "default/1/stream.ts": `return (async function* () {
  for (let at = 0; at < 15; at++) { yield \`\${at} \`; await new Promise((resolve) => setTimeout(resolve, 100)) }
  yield "end";
})()`,
  "default/1/written.ts": `res.write("first ");
setTimeout(() => res.end("last"), 1500)`,
  "default/1/forever.ts": `shared.state = "running";
await new Promise((resolve) => req.signal.addEventListener("abort", resolve));
return "aborted"`,
  "default/1/socket.ts": `// @mode worker
// @websocket
ws.message = (socket, text) => socket.send(text);`,
  "default/1/state.ts": "return shared.state ?? null",
};

const PATH = "/api/v1/exec/system/restart";

async function restart(server: ServerProcess, body: Record<string, unknown> = {}): Promise<unknown> {
  const response = await server.fetch(PATH, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
  return await response.json();
}

const repeated = (count: number, manner: ClientManner) => Array.from({ length: count }, () => manner);

describe("a graceful restart", () => {
  test("twenty of them under 64 connections lose no request", async () => {
    await using server = await startProcess({ files: FILES });
    const clients = [
      startClients({ url: server.url, path: "/ok", expected: "ok" }, [
        ...repeated(16, { keepAlive: true, pauseMs: 0 }),
        ...repeated(8, { keepAlive: true, pauseMs: 400 }),
        ...repeated(24, { keepAlive: false, pauseMs: 0 }),
      ]),
      startClients({ url: server.url, path: "/slow", expected: "ok" }, [
        ...repeated(8, { keepAlive: true, pauseMs: 5 }),
        ...repeated(8, { keepAlive: false, pauseMs: 5 }),
      ]),
    ];
    for (let at = 0; at < 20; at++) {
      const pid = await server.serverPid();
      if (at % 2 === 0) await restart(server);
      else process.kill(server.pid, "SIGHUP");
      await untilGone(pid);
    }
    const reports = await Promise.all(clients.map((each) => each.stop()));
    for (const { failures, answered } of reports) {
      expect(failures).toEqual([]);
      expect(answered).toBeGreaterThan(1000);
    }
    expect(server.output()).not.toContain("cannot be steered");
  }, 120_000);

  test("streams are sent to their end", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    const [stream, written] = await Promise.all([server.fetch("/stream"), server.fetch("/written")]);
    await restart(server);
    expect(await written.text()).toBe("first last");
    expect(await stream.text()).toBe("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 end");
    await untilGone(pid);
  });

  test("sockets are closed with 1001, and those opened again at once reach the new server", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    const connect = () => new WebSocket(`${server.url.replace("http", "ws")}/socket`);
    const socket = connect();
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    const closed = new Promise<number>((resolve) => {
      socket.addEventListener("close", ({ code }) => resolve(code));
    });
    await restart(server);
    expect(await closed).toBe(1001);
    const again = connect();
    const echoed = new Promise((resolve) => again.addEventListener("message", ({ data }) => resolve(data)));
    again.addEventListener("open", () => again.send("hello"));
    expect(await echoed).toBe("hello");
    again.close();
    await untilGone(pid);
  });

  test("after drainTimeoutMs what still runs is aborted, and the old process goes", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    const forever = server.fetch("/forever").then((response) => response.text());
    await until(
      async () => await (await server.fetch("/state")).text(),
      (seen) => seen === "running",
    );
    expect(await restart(server, { drainTimeoutMs: 300 })).toMatchObject({
      activeRequests: 1,
      drainTimeoutMs: 300,
    });
    expect(await forever).toBe("aborted");
    await untilGone(pid);
    expect(await server.serverPid()).not.toBe(pid);
  });

  test("it is answered first, logged with its reason, and leaves no trace of a crash", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    expect(await restart(server, { reason: "new certificate" })).toMatchObject({
      status: "restarting",
      graceful: true,
      drainTimeoutMs: 5000,
    });
    await untilGone(pid);
    expect(server.output()).toContain('"reason":"new certificate"');
    const status = await (await server.fetch("/api/v1/exec/system/restart-status")).json();
    expect(status).not.toHaveProperty("lastReplacement");
    expect(await server.stop()).toBe(0);
  });

  test("several wishes at once are one restart", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    await Promise.all([restart(server), restart(server), restart(server)]);
    await untilGone(pid);
    await until(server.output, (output) => output.includes("The server was restarted"));
    expect(server.output().split("The server is restarted")).toHaveLength(2);
  });

  test("SIGTERM in the middle of it ends all of them with 0", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    await restart(server);
    const next = await until(
      () => server.serverPid(),
      (now) => now !== pid,
    );
    expect(await server.stop("SIGTERM")).toBe(0);
    for (const each of [pid, next]) expect(isAlive(each)).toBe(false);
  });

  test("a new server that does not start leaves the old one in its place", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    // The same flags no longer work: the storage has become a file.
    await rename(`${server.storage.path}/scripts`, `${server.storage.path}/away`);
    await writeFile(`${server.storage.path}/scripts`, "");
    process.kill(server.pid, "SIGHUP");
    await until(server.output, (output) => output.includes("The new server did not start"));
    expect(await server.serverPid()).toBe(pid);
  });
});

test("a server that follows a killed one waits for work with one owner as long as an older one drains", async () => {
  await using server = await startProcess({ files: FILES, flags: ["--drain-timeout", "60s"] });
  const oldest = await server.serverPid();
  const client = new AbortController();
  const forever = server.fetch("/forever", { signal: client.signal }).catch(() => "left");
  await until(
    async () => await (await server.fetch("/state")).text(),
    (seen) => seen === "running",
  );
  process.kill(server.pid, "SIGHUP");
  const second = await untilReplaced(server, oldest);
  process.kill(second, "SIGKILL");
  const third = await until(
    () => server.serverPid().catch(() => second),
    (pid) => pid !== second && pid !== oldest,
  );
  expect(isAlive(oldest)).toBe(true);
  expect(readFileSync(`/proc/${third}/cmdline`, "utf8")).toContain('"isBeside":true');
  client.abort();
  expect(await forever).toBe("left");
});

describe("a restart that is not graceful", () => {
  test("is answered first and ends what runs at once", async () => {
    await using server = await startProcess({ files: FILES });
    const pid = await server.serverPid();
    const forever = server.fetch("/forever").catch(() => "cut off");
    await until(
      async () => await (await server.fetch("/state")).text(),
      (seen) => seen === "running",
    );
    expect(await restart(server, { graceful: false })).toMatchObject({ graceful: false, drainTimeoutMs: 0 });
    expect(await forever).toBe("cut off");
    await untilGone(pid);
    await untilServed(server, "/ok", "ok");
    const status = await (await server.fetch("/api/v1/exec/system/restart-status")).json();
    expect(status).not.toHaveProperty("lastReplacement");
  });
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../../support/process.ts";
import { until } from "../../support/until.ts";
import { childrenOf } from "./vitals.ts";

const FILES = {
  "default/1/hello.ts": "return 1",
  "default/1/child.ts": 'return Bun.spawn(["sleep", "600"]).pid',
  "default/1/node-child.ts":
    'return require("child_process").spawn("sleep", ["600"], { stdio: "ignore", detached: true }).pid',
  "default/1/shell.ts": "$`sh -c 'sleep 600 & sleep 600; true'`.catch(() => 0); return 1",
  "default/1/stubborn.ts": `Bun.spawn(["sh", "-c", "trap '' TERM; sleep 600; sleep 600"]); return 1`,
  "default/1/serve.ts":
    'return Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("mine") }).port',
  "default/1/module-serve.ts":
    'const { serve } = require("bun"); return serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("mine") }).port',
  "default/1/listen.ts":
    'return Bun.listen({ port: 0, hostname: "127.0.0.1", socket: { data() {}, open: (s) => void s.end("mine") } }).port',
  "default/1/stops.ts": `const s = Bun.serve({ port: 0, fetch: () => new Response("") }); await s.stop(); return 1`,
  "default/1/watch.ts": 'fs.watch("/tmp", () => {}); return 1',
  "default/1/http.ts": 'require("http").createServer(() => {}).listen(0, "127.0.0.1"); return 1',
  "default/1/thread.ts":
    'new (require("node:worker_threads").Worker)("setInterval(() => {}, 100)", { eval: true }); return 1',
  "default/1/socket.ts": 'new WebSocket("ws://127.0.0.1:1").onerror = () => {}; return 1',
  "default/1/channel.ts": 'new BroadcastChannel("a").onmessage = () => {}; return 1',
  "default/1/interval.ts": "shared.ticks ??= 0; setInterval(() => shared.ticks++, 1); return 1",
  "default/1/ticks.ts": "return shared.ticks",
};

let server: ServerProcess;
beforeEach(async () => {
  server = await startProcess({ files: FILES, flags: ["--listeners-max", "3", "--drain-timeout", "60s"] });
});
afterEach(() => server[Symbol.asyncDispose]());

const ask = async (path: string) => {
  const response = await server.fetch(path);
  return { status: response.status, text: await response.text() };
};
const clearCache = () =>
  server.fetch("/api/v1/exec/cache/clear", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ hostname: "default/1" }),
  });
const isListening = (port: string) =>
  fetch(`http://127.0.0.1:${port}`, { headers: { connection: "close" } }).then(
    () => true,
    (error) =>
      (error as { code?: string }).code !== "ECONNREFUSED" &&
      (error as { code?: string }).code !== "ConnectionRefused",
  );
const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a server that stops does not wait for", () => {
  test.each(["/watch", "/http", "/thread", "/socket", "/channel", "/interval", "/serve", "/listen"])(
    "what %s left behind",
    async (path) => {
      expect((await ask(path)).status).toBe(200);
      expect(await server.stop()).toBe(0);
    },
  );
});

describe("no process outlives the server that", () => {
  test.each(["/child", "/node-child", "/shell", "/stubborn"])("%s started", async (path) => {
    expect((await ask(path)).status).toBe(200);
    const serverPid = await server.serverPid();
    const children = await until(
      () => childrenOf(serverPid).flatMap((pid) => [pid, ...childrenOf(pid)]),
      (pids) => pids.length >= (path === "/shell" || path === "/stubborn" ? 2 : 1),
    );
    expect(await server.stop()).toBe(0);
    await until(
      () => children.filter(isThere),
      (left) => left.length === 0,
    );
  });
});

test("an interval that a script left ticks until the cache is cleared", async () => {
  const ticks = async () => Number((await ask("/ticks")).text);
  await ask("/interval");
  await until(ticks, (count) => count > 3);
  expect((await clearCache()).status).toBe(200);
  const twice = async () => {
    const before = await ticks();
    await Bun.sleep(30);
    return { before, after: await ticks() };
  };
  await until(twice, ({ before, after }) => before === after, { withinMs: 3_000 });
});

describe("a port that a script listens on", () => {
  test.each(["/serve", "/module-serve", "/listen"])(
    "is open until the cache is cleared: %s",
    async (path) => {
      const { text: port } = await ask(path);
      expect(await isListening(port)).toBe(true);
      expect((await clearCache()).status).toBe(200);
      await until(
        () => isListening(port),
        (open) => !open,
      );
      expect((await ask("/hello")).status).toBe(200);
    },
  );

  test("is one of --listeners-max; one more is a mistake of the script that tries", async () => {
    for (let at = 0; at < 3; at++) expect((await ask("/serve")).status).toBe(200);
    const { status, text } = await ask("/listen");
    expect(status).toBe(500);
    expect(text).toContain("Cannot listen: 3 listeners are open, the limit of --listeners-max");
    await clearCache();
    expect((await ask("/serve")).status).toBe(200);
  });

  test("counts no longer once the script has stopped it", async () => {
    for (let at = 0; at < 5; at++) expect(await ask("/stops")).toEqual({ status: 200, text: "1" });
  });
});

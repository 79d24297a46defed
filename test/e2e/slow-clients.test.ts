import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { type SlowConnection, slowConnection } from "../support/slow-connection.ts";
import { until } from "../support/until.ts";
import { NEIGHBOUR_FILE, type Neighbour, startNeighbour } from "./faults/neighbour.ts";
import { countDescriptors, logOf, readMemory } from "./faults/vitals.ts";

/** Set for a measurement: the neighbour's waits are held against {@link P99_MAX_MS}, which a busy machine would miss. */
const IS_STRICT = process.env["SLOW_CLIENTS_STRICT"] === "on";
const P99_MAX_MS = 50;

const MIB = 1024 ** 2;
const BIG_BYTES = 100 * MIB;

const FILES = {
  ...NEIGHBOUR_FILE,
  "default/1/length.ts": "return req.rawBody.length",
  "default/1/json.ts": "return { length: req.body.text.length }",
  "default/1/buffer.ts": `shared.big ??= Buffer.alloc(${BIG_BYTES}, 97); return shared.big`,
  "default/1/stream.ts": `const chunk = Buffer.alloc(65536, 97);
return (async function* () {
  shared.open = (shared.open ?? 0) + 1;
  try {
    for (let sent = 0; sent < ${BIG_BYTES}; sent += chunk.length) { shared.made = (shared.made ?? 0) + chunk.length; yield chunk }
  } finally { shared.open-- }
})()`,
  "default/1/loop.ts": `const chunk = Buffer.alloc(65536, 97);
shared.open = (shared.open ?? 0) + 1;
try {
  for (let sent = 0; sent < ${BIG_BYTES}; sent += chunk.length) {
    for (let keepsUp = res.write(chunk); !keepsUp && !req.signal.aborted; keepsUp = true) await Bun.sleep(1);
    if (req.signal.aborted) return;
  }
  res.end();
} finally { shared.open-- }`,
  "default/1/careless.ts": `for (let sent = 0; sent < ${BIG_BYTES}; sent += 65536) { res.write(Buffer.alloc(65536)); await null }
res.end()`,
  "default/1/state.ts": "return { open: shared.open ?? 0, made: shared.made ?? 0 }",
};

let server: ServerProcess;
let pid: number;
let neighbour: Neighbour;
let descriptors: number;
let connections: SlowConnection[];

beforeEach(async () => {
  connections = [];
  server = await startProcess({
    files: FILES,
    flags: ["--bodies-max", "32mb", "--body-timeout", IS_STRICT ? "20s" : "4s"],
  });
  neighbour = startNeighbour(server, { everyMs: 5 });
  await until(
    () => neighbour.calls,
    (calls) => calls > 5,
  );
  pid = await server.serverPid();
  descriptors = countDescriptors(pid);
});

/** Whatever the clients did: the neighbour was answered, and nothing of them is left. */
afterEach(async () => {
  try {
    for (const { socket } of connections) socket.destroy();
    await until(
      () => countDescriptors(pid),
      (count) => count <= descriptors + 2,
      { withinMs: 30_000 },
    );
    await neighbour.stop();
    const { p99Ms, longestMs } = neighbour.waits();
    const { rssMib, peakMib } = readMemory(pid);
    console.log(
      `  neighbour: ${neighbour.calls} calls, p99 ${p99Ms.toFixed(1)} ms, longest ${longestMs.toFixed(0)} ms; ` +
        `memory ${rssMib.toFixed(0)} MiB, at most ${peakMib.toFixed(0)} MiB`,
    );
    expect(neighbour.complaints).toEqual([]);
    if (IS_STRICT) expect(p99Ms).toBeLessThan(P99_MAX_MS);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

async function open(count: number, beginning: string, options?: { readonly reads: boolean }): Promise<void> {
  const opened = Array.from({ length: count }, () => slowConnection(server.url, beginning, options));
  connections.push(...(await Promise.all(opened)));
}

const state = async () => (await (await server.fetch("/state")).json()) as { open: number; made: number };
/** Long enough for a neighbour's waits to mean something, when they are measured. */
const hold = () => Bun.sleep(IS_STRICT ? 10_000 : 0);
const answered = (status: number) =>
  connections.filter((each) => each.received().startsWith(`HTTP/1.1 ${status}`)).length;

describe("headers", () => {
  test("1,500 connections that send a byte of a header now and then are closed, however often they do", async () => {
    await open(1_500, "GET /neighbour HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
    const during = countDescriptors(pid);
    expect(during).toBeGreaterThan(1_500);
    const timer = setInterval(() => {
      for (const { socket, isClosed } of connections) if (!isClosed) socket.write("a");
    }, 1_000);
    // The runtime gives them some 12 s; no setting changes that.
    await until(
      () => connections.filter(({ isClosed }) => !isClosed).length,
      (left) => left === 0,
      { withinMs: 40_000 },
    );
    clearInterval(timer);
    expect(readMemory(pid).peakMib).toBeLessThan(400);
  }, 60_000);
});

describe("bodies", () => {
  test("that come in a byte at a time are answered 408 when their time is over", async () => {
    await open(
      300,
      "POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
    );
    const timer = setInterval(() => {
      for (const { socket, isClosed } of connections) if (!isClosed) socket.write(" ");
    }, 200);
    await until(
      () => answered(408),
      (count) => count === 300,
      { withinMs: 20_000 },
    );
    clearInterval(timer);
  }, 40_000);

  test("that are large and many: those beyond --bodies-max are answered 503, small ones are let in", async () => {
    const head =
      "POST /length HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 9000000\r\n\r\n";
    await open(100, head);
    for (const { socket } of connections) socket.write(Buffer.alloc(MIB));
    await hold();
    await until(
      () => answered(503),
      (count) => count > 0,
    );
    const small = await server.fetch("/length", { method: "POST", body: Buffer.alloc(1_000) });
    expect([small.status, await small.text()]).toEqual([200, "1000"]);
    expect(readMemory(pid).peakMib).toBeLessThan(500);
    const refused = connections.find((each) => each.received().startsWith("HTTP/1.1 503"));
    expect(refused?.received()).toContain('"code":"ERROR_503"');
    for (const { socket } of connections) socket.destroy();
    // What they held is given back.
    const large = await until(
      async () => {
        const response = await server.fetch("/length", { method: "POST", body: Buffer.alloc(9_000_000) });
        return [response.status, await response.text()].join(" ");
      },
      (answer) => answer === "200 9000000",
    );
    expect(large).toBe("200 9000000");
  }, 40_000);
});

describe("readers of 100 MB that read nothing", () => {
  const READERS = 30;
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

  test("a generator is asked no further than the sockets take, and told when they go", async () => {
    await open(READERS, get("/stream"), { reads: false });
    await until(state, ({ open: count }) => count === READERS);
    // It is settled when nothing more is asked for.
    let before = -1;
    const { made } = await until(state, (seen) => {
      const isSettled = seen.made === before;
      before = seen.made;
      return isSettled;
    });
    await hold();
    expect(made / READERS).toBeLessThan(16 * MIB);
    expect(readMemory(pid).peakMib).toBeLessThan(600);
    for (const { socket } of connections) socket.destroy();
    await until(state, ({ open: count }) => count === 0);
  }, 40_000);

  test("a loop of res.write that waits as it is told holds little, and sees that they go", async () => {
    await open(READERS, get("/loop"), { reads: false });
    await until(state, ({ open: count }) => count === READERS);
    await hold();
    for (const { socket } of connections) socket.destroy();
    await until(state, ({ open: count }) => count === 0);
    expect(readMemory(pid).peakMib).toBeLessThan(1_000);
  }, 40_000);

  test("a loop of res.write that does not care is stopped by --write-buffer-max, and the log says where", async () => {
    await open(1, get("/careless"), { reads: false });
    await until(
      () => logOf(server).find(({ msg }) => msg === "Script failed"),
      (line) => line !== undefined,
    );
    const line = logOf(server).find(({ msg }) => msg === "Script failed");
    expect(line).toMatchObject({ script: "default/1/careless.ts", line: 1 });
    expect(line?.["message"]).toMatch(/^Cannot write 65536 bytes: \d+ wait for the client/);
  }, 40_000);

  test("a Buffer is held once for each of them, and let go of when they go", async () => {
    await open(5, get("/buffer"), { reads: false });
    await until(
      () => readMemory(pid).peakMib,
      (peak) => peak > 500,
      { withinMs: 30_000 },
    );
    await hold();
    for (const { socket } of connections) socket.destroy();
    await until(
      () => readMemory(pid).rssMib,
      (rss) => rss < 400,
      { withinMs: 30_000 },
    );
  }, 80_000);
});

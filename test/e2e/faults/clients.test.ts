import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../../support/process.ts";
import { slowConnection } from "../../support/slow-connection.ts";
import { until } from "../../support/until.ts";
import { NEIGHBOUR_FILE, type Neighbour, startNeighbour } from "./neighbour.ts";
import { countDescriptors } from "./vitals.ts";

const count = (name: string) => `shared.${name} = (shared.${name} ?? 0) + 1;`;

const FILES = {
  ...NEIGHBOUR_FILE,
  "default/1/body.ts": `${count("ran")} return 1`,
  "default/1/echo.ts": `${count("ran")} return req.body`,
  "default/1/waits.ts": `${count("began")}
await new Promise((done) => req.signal.addEventListener("abort", done));
${count("told")} return 1`,
  "default/1/generator.ts": `return (async function* () {
  ${count("began")}
  try { for (;;) { yield "tick"; await Bun.sleep(1) } } finally { ${count("told")} }
})()`,
  "default/1/stream.ts": `return new ReadableStream({
  async pull(c) { shared.began = 1; c.enqueue("tick"); await Bun.sleep(1) },
  cancel() { ${count("told")} },
})`,
  "default/1/typed-response.ts": `return new Response(new ReadableStream({
  async pull(c) { shared.began = 1; c.enqueue("tick"); await Bun.sleep(1) },
  cancel() { ${count("told")} },
}), { headers: { "content-type": "text/event-stream" } })`,
  "default/1/before-first-chunk.ts": `shared.began = 1;
return new ReadableStream({ pull: () => new Promise(() => {}), cancel() { ${count("told")} } })`,
  "default/1/returned-too-late.ts": `shared.began = 1;
await new Promise((done) => req.signal.addEventListener("abort", done));
return new ReadableStream({ pull(c) { c.enqueue("x") }, cancel() { ${count("told")} } })`,
  "default/1/writes.ts": `${count("began")}
while (!req.signal.aborted) { res.write("tick"); await Bun.sleep(1) }
${count("told")}`,
  "default/1/never-ended.ts": `res.write("tick");
${count("began")}
await new Promise((done) => req.signal.addEventListener("abort", done));
${count("told")}`,
  "default/1/raw.ts": `// @rawBody
${count("began")}
try { for await (const _ of req); } catch {}
${count("told")} return 1`,
  "default/1/raw-unread.ts": "// @rawBody\nreturn 1",
  "default/1/state.ts": "const seen = { ...shared }; for (const k in shared) delete shared[k]; return seen",
};

let server: ServerProcess;
let pid: number;
let neighbour: Neighbour;
let descriptors: number;

beforeAll(async () => {
  server = await startProcess({ files: FILES });
  neighbour = startNeighbour(server);
  await (await server.fetch("/state")).text();
  pid = await server.serverPid();
  descriptors = countDescriptors(pid);
});
afterAll(() => server[Symbol.asyncDispose]());
afterEach(() => expect(neighbour.complaints).toEqual([]));

const seen = async (): Promise<Record<string, number>> => (await server.fetch("/state")).json() as never;

/** Waits for a mark that a script leaves in `shared`. */
async function untilMarked(name: string): Promise<void> {
  await until(seen, (marks) => (marks[name] ?? 0) > 0);
}

describe("a client that goes away", () => {
  beforeEach(seen);

  test.each([
    ["while the script waits", "/waits"],
    ["during a generator", "/generator"],
    ["during a stream", "/stream"],
    ["during a Response with a type", "/typed-response"],
    ["before the first chunk of a stream", "/before-first-chunk"],
    ["before the script returns a stream", "/returned-too-late"],
    ["during res.write", "/writes"],
    ["during an answer that is never ended", "/never-ended"],
  ])("%s: the script is told", async (_name, path) => {
    const { socket } = await slowConnection(server.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await untilMarked("began");
    socket.destroy();
    await untilMarked("told");
  });

  test("in the middle of a raw body: the script is told", async () => {
    const { socket } = await slowConnection(
      server.url,
      "POST /raw HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc",
    );
    await untilMarked("began");
    socket.destroy();
    await untilMarked("told");
  });

  test.each(["100", "1000000"])(
    "in the middle of a body of %s bytes: the script is never run",
    async (length) => {
      const { socket } = await slowConnection(
        server.url,
        `POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n{`,
      );
      const before = neighbour.calls;
      await until(
        () => neighbour.calls,
        (calls) => calls > before + 3,
      );
      socket.destroy();
      await until(
        () => countDescriptors(pid),
        (open) => open <= descriptors + 3,
      );
      expect((await seen())["ran"] ?? 0).toBe(0);
    },
  );
});

describe("a body that nobody reads", () => {
  test("does not keep the answer back", async () => {
    const response = await server.fetch("/raw-unread", { method: "POST", body: Buffer.alloc(5_000_000) });
    expect([response.status, await response.text()]).toEqual([200, "1"]);
  });
});

describe("after all that", () => {
  test("no descriptor and no execution is left", async () => {
    await neighbour.stop();
    await until(
      () => countDescriptors(pid),
      (open) => open <= descriptors + 2,
      { withinMs: 45_000 },
    );
    expect(await server.stop()).toBe(0);
    expect(server.output()).toContain('"aborted":0');
  }, 60_000);
});

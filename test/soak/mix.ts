import type { ServerProcess } from "../support/process.ts";
import { slowConnection } from "../support/slow-connection.ts";

/** One kind of client: does one thing, again and again, and says what was not as it should be. */
export interface SoakClient {
  readonly name: string;
  /** How many of them there are. */
  readonly count: number;
  /** Pause between two turns, in milliseconds. */
  readonly everyMs: number;
  /** One turn. @returns Requests made. @throws {Error} when an answer is wrong. */
  turn(server: ServerProcess, which: number): Promise<number>;
}

/** Scripts that the clients call. */
export const SOAK_FILES: Readonly<Record<string, string>> = {
  "default/1/hello.ts": 'return { hello: metadata.query.name ?? "world" }',
  "default/1/echo.ts": "return req.body",
  "default/1/worker.ts":
    "// @mode worker\nglobalThis.n = (globalThis.n ?? 0) + 1; return { n: globalThis.n > 0 }",
  "default/1/fresh.ts": 'Array.prototype.left = 1; return { left: [].left, it: eval("1") }',
  "default/1/_helper.ts": "export const from = (n: number) => n + 1",
  "default/1/uses-helper.ts": 'import { from } from "./_helper.ts";\nreturn from(1)',
  "default/1/users/[id].ts": "return { id: metadata.parameters.id }",
  "default/1/throws.ts": 'throw new Error("on purpose")',
  "default/1/late.ts": 'setTimeout(() => { throw new Error("late, on purpose") }, 1); return 1',
  "default/1/rejects.ts": 'Promise.reject(new Error("rejected, on purpose")); return 1',
  "default/1/slow.ts": "await Bun.sleep(20); return 1",
  "default/1/timeout.ts":
    "// @timeout 20ms\nawait new Promise((done) => req.signal.addEventListener('abort', done))",
  "default/1/stream.ts":
    'return (async function* () { for (let i = 0; i < 20; i++) { yield "x".repeat(1000); await null } })()',
  "default/1/endless.ts": 'return (async function* () { for (;;) { yield "tick"; await Bun.sleep(5) } })()',
  "default/1/writes.ts": 'for (let i = 0; i < 5; i++) { res.write("part"); await Bun.sleep(1) } res.end()',
  "default/1/response.ts":
    'export const GET = () => Response.json({ ok: true }, { headers: { "x-a": "b" } })',
  "default/1/fetches.ts": 'return (await fetch("http://" + req.headers.host + "/stream")).status',
  "default/1/interval.ts":
    "const t = setInterval(() => {}, 5); setTimeout(() => clearInterval(t), 30); return 1",
  "default/1/guarded.ts": "// @concurrent 2\nawait Bun.sleep(2); return 1",
  "default/1/child.ts": "return (await $`echo out`.text()).trim()",
};

/** TABLE: the mix. A new kind of client is one more row. */
export const SOAK_CLIENTS: readonly SoakClient[] = [
  calls("plain calls", 4, 2, (which) => [`/hello?name=${which}`, 200]),
  calls("routes", 1, 5, () => [`/users/${Math.floor(Math.random() * 1e6)}`, 200]),
  calls("other shapes", 2, 5, (_, turn) => [SHAPES[turn % SHAPES.length] as string, 200]),
  calls("errors", 1, 20, (_, turn) => (turn % 2 === 0 ? ["/throws", 500] : ["/no-such-script", 404])),
  calls("late errors", 1, 50, (_, turn) => [turn % 2 === 0 ? "/late" : "/rejects", 200]),
  calls("time limits", 1, 50, () => ["/timeout", 504]),
  calls("child processes", 1, 200, () => ["/child", 200]),
  {
    name: "bodies",
    count: 2,
    everyMs: 5,
    async turn(server, which) {
      const body = { which, text: "x".repeat(which === 0 ? 1_000 : 100_000) };
      const response = await server.fetch("/echo", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      const back = (await response.json()) as typeof body;
      if (response.status !== 200 || back.text !== body.text) throw new Error(`echo: ${response.status}`);
      return 1;
    },
  },
  {
    name: "writes through the API",
    count: 1,
    everyMs: 50,
    async turn(server) {
      const version = `v${Math.random()}`;
      const write = await server.fetch("/api/v1/exec/scripts/write", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ path: "written.ts", content: `return "${version}"` }),
      });
      await write.arrayBuffer();
      const text = await (await server.fetch("/written")).text();
      if (write.status !== 200 || text !== version)
        throw new Error(`written: ${write.status} ${text.slice(0, 80)}`);
      return 2;
    },
  },
  {
    name: "writes on disk",
    count: 1,
    everyMs: 200,
    async turn(server) {
      const number = Math.floor(Math.random() * 1e9);
      await server.storage.write({
        "scripts/default/1/_helper.ts": `export const from = (n: number) => n + ${number}`,
      });
      const endMs = performance.now() + 5_000;
      for (let requests = 1; ; requests++) {
        const text = await (await server.fetch("/uses-helper")).text();
        if (text === String(number + 1)) return requests;
        if (performance.now() > endMs)
          throw new Error(`a helper saved on disk is not served: ${text.slice(0, 80)}`);
        await Bun.sleep(10);
      }
    },
  },
  leavers("clients that leave a stream", "GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  leavers("clients that leave while a script runs", "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  leavers(
    "clients that leave in the middle of their body",
    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
  ),
];

const SHAPES = [
  "/worker",
  "/fresh",
  "/stream",
  "/writes",
  "/response",
  "/fetches",
  "/interval",
  "/guarded",
  "/slow",
  "/api/v1/exec/scripts/list",
  "/api/v1/exec/health",
];

function calls(
  name: string,
  count: number,
  everyMs: number,
  request: (which: number, turn: number) => [path: string, status: number],
): SoakClient {
  let turns = 0;
  return {
    name,
    count,
    everyMs,
    async turn(server, which) {
      const [path, status] = request(which, turns++);
      const response = await server.fetch(path);
      const text = await response.text();
      if (response.status !== status) throw new Error(`${path}: ${response.status} ${text.slice(0, 120)}`);
      return 1;
    },
  };
}

function leavers(name: string, beginning: string): SoakClient {
  return {
    name,
    count: 1,
    everyMs: 20,
    async turn(server) {
      const { socket } = await slowConnection(server.url, beginning);
      await Bun.sleep(10);
      socket.destroy();
      return 1;
    },
  };
}

import { describe, expect, test } from "bun:test";
import { nameWith } from "../support/debian-package.ts";
import { openSocket } from "../support/open-socket.ts";
import { startProcess } from "../support/process.ts";
import { findPrometheus, startPrometheus } from "../support/prometheus.ts";
import { until } from "../support/until.ts";

const PATH = "/api/v1/exec/monitor/metrics";

const FILES = {
  "default/1/hello.ts": "return { hello: 'world' }",
  "default/1/users/[id].ts": "return { id: req.params.id }",
  "default/1/fails.ts": "throw new Error('on purpose')",
  "default/1/slow.ts": "await new Promise((done) => setTimeout(done, 30)); return 1",
  "default/1/tail.ts": "return (async function* () { yield 'a'; yield 'b' })()",
  "default/1/chat.ts": "// @mode worker\n// @websocket\nws.message = (socket, data) => socket.send(data)",
  'default/1/odd "name" é.ts': "return 1",
  "web/2/hello.ts": "return { hello: 'web' }",
};

/** Names that the contract fixes and the linter does not like. */
const FIXED_NAMES = ["hoody_exec_http_duration_ms", "hoody_exec_http_duration_ms_global"];

const found = await findPrometheus();

describe.skipIf("missing" in found)(nameWith("a real Prometheus", found), () => {
  const { server: program, promtool } = "missing" in found ? { server: "", promtool: "" } : found;

  test("stores exactly what was sent", async () => {
    await using server = await startProcess({ files: FILES });
    await using prometheus = await startPrometheus(program, { url: server.url, path: PATH });
    await prometheus.nextScrape();
    const sent = { "/hello": 40, "/users/1": 3, "/users/2": 4, "/fails": 5, "/slow": 2, "/tail": 6 };
    for (const [path, times] of Object.entries(sent))
      await Promise.all(Array.from({ length: times }, async () => (await server.fetch(path)).text()));
    await server.fetch("/hello", { method: "POST", body: "x" });
    await server.fetch("/odd%20%22name%22%20%C3%A9");
    await server.fetch("/hello", { headers: { host: "web.p1-c1-exec-2.node.example.com" } });
    const sockets = await Promise.all([openSocket(server.url, "/chat"), openSocket(server.url, "/chat")]);
    sockets[0]?.close(4000);
    await until(
      async () => await textOf(server),
      (text) => text.includes('type="abnormal"} 1'),
    );
    await prometheus.nextScrape();

    const requests = await prometheus.query("hoody_exec_http_requests_total");
    const stored = requests.map(({ labels, value }) => [
      labels["script"],
      labels["hostname"],
      labels["method"],
      value,
    ]);
    expect(stored.toSorted()).toEqual(
      [
        ["/hello", "default/1", "GET", 40],
        ["/hello", "default/1", "POST", 1],
        ["/hello", "web/2", "GET", 1],
        ["/users/[id]", undefined, "GET", 7],
        ["/fails", undefined, "GET", 5],
        ["/slow", undefined, "GET", 2],
        ["/tail", undefined, "GET", 6],
        ['/odd "name" é', undefined, "GET", 1],
      ].toSorted(),
    );
    expect(await prometheus.query("hoody_exec_http_errors_total")).toEqual([
      { name: "hoody_exec_http_errors_total", labels: { script: "/fails", status: "500" }, value: 5 },
    ]);
    const active = await prometheus.query("hoody_exec_ws_connections_active");
    expect(active.map(({ labels, value }) => [labels["script"], value])).toEqual([["/chat", 1]]);
    const quantile = 'histogram_quantile(0.5, hoody_exec_http_duration_ms_bucket{script="/slow"})';
    expect((await prometheus.query(quantile))[0]?.value).toBeWithin(25, 500);

    // Everything else, sample by sample: nothing happens any more.
    const all = await prometheus.query('{job="hoody-exec",__name__=~"hoody_exec_.*"}');
    expect(all.map(toLine).toSorted()).toEqual(
      samplesOf(await textOf(server), "hoody_exec_")
        .map(toLine)
        .toSorted(),
    );
    const [started] = await prometheus.query("process_start_time_seconds");
    expect(Math.abs((started?.value ?? 0) - Date.now() / 1_000)).toBeLessThan(60);
  }, 60_000);

  test("has as many series after thousands of different paths as before", async () => {
    await using server = await startProcess({ files: FILES });
    await server.fetch("/users/0");
    await using prometheus = await startPrometheus(program, { url: server.url, path: PATH });
    await prometheus.nextScrape();
    const count = async () => (await prometheus.query('count({job="hoody-exec"})'))[0]?.value;
    const before = await count();
    for (let at = 0; at < 100; at++) {
      const paths = Array.from({ length: 50 }, (_, each) => [
        `/users/${at}-${each}`,
        `/none/${at}-${each}`,
      ]).flat();
      await Promise.all(paths.map(async (path) => (await server.fetch(path)).text()));
    }
    await prometheus.nextScrape();
    expect(await count()).toBe(before);
    const [users] = await prometheus.query('hoody_exec_http_requests_total{script="/users/[id]"}');
    expect(users?.value).toBe(5_001);
  }, 60_000);

  test("its linter finds nothing but the names that the contract fixes", async () => {
    await using server = await startProcess({ files: FILES });
    for (const path of ["/hello", "/fails", "/slow"]) await server.fetch(path);
    await openSocket(server.url, "/chat");
    const child = Bun.spawn([promtool, "check", "metrics"], {
      stdin: Buffer.from(await textOf(server)),
      stdout: "pipe",
      stderr: "pipe",
    });
    const said = `${await new Response(child.stdout).text()}${await new Response(child.stderr).text()}`;
    const complaints = said.split("\n").filter((line) => line !== "");
    expect(await child.exited).toBe(3);
    expect(complaints.map((line) => line.split(" ", 1)[0]).toSorted()).toEqual(FIXED_NAMES);
  });
});

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

async function textOf(server: { fetch(path: string): Promise<Response> }): Promise<string> {
  return await (await server.fetch(PATH)).text();
}

function samplesOf(text: string, prefix: string): readonly Sample[] {
  const lines = text.split("\n").filter((line) => line.startsWith(prefix));
  return lines.map((line) => {
    const {
      name = "",
      labels = "",
      value,
    } = /^(?<name>\w+)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)?.groups ?? {};
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const plain = (text = "") => text.replaceAll(/\\(.)/g, (_, each: string) => (each === "n" ? "\n" : each));
    return {
      name,
      labels: Object.fromEntries(pairs.map(([, label = "", text]) => [label, plain(text)])),
      value: Number(value),
    };
  });
}

function toLine({ name, labels, value }: Sample): string {
  return `${name}${JSON.stringify(Object.entries(labels).toSorted())} ${value}`;
}

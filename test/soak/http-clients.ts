import { count } from "./tally.ts";
import type { Asked, SoakClient, SoakVisit } from "./visit.ts";

const SHAPES: readonly string[] = [
  "/worker",
  "/fresh",
  "/gated",
  "/stream",
  "/writes",
  "/response",
  "/fetches",
  "/interval",
  "/guarded",
  "/slow",
  "/counts",
];

/** TABLE: errors that are asked for. */
const ERRORS: readonly (readonly [path: string, asked: Asked & { readonly status: number }])[] = [
  ["/throws", { status: 500, kind: "throw" }],
  ["/awaits", { status: 500, kind: "rejection" }],
  ["/broken", { status: 500, kind: "does not compile" }],
  ["/no-such-script", { status: 404, kind: "no such script" }],
  ["/response", { status: 405, kind: "method", method: "DELETE" }],
  ["/echo", { status: 400, kind: "JSON", method: "POST", headers: json(), body: "{" }],
  ["/bytes", { status: 413, kind: "body too large", method: "POST", body: "x".repeat(3_000_000) }],
  ["/api/v1/exec/scripts/read?path=no-such.ts", { status: 404, kind: "control API" }],
  [
    "/api/v1/exec/scripts/write",
    { status: 400, kind: "control API", method: "POST", headers: json(), body: "{}" },
  ],
  ["/api/v1/exec/no-such-operation", { status: 404, kind: "control API" }],
];

/** TABLE: what the control API is asked. */
const READS: readonly ((visit: SoakVisit) => Promise<string>)[] = [
  (visit) => visit.ask("/api/v1/exec/health"),
  (visit) => visit.ask("/api/v1/exec/list"),
  (visit) => visit.ask("/api/v1/exec/scripts/list"),
  (visit) => visit.ask("/api/v1/exec/scripts/read?path=hello.ts"),
  (visit) => visit.ask("/api/v1/exec/magic-comments/read?path=guarded.ts"),
  (visit) => visit.control("scripts/tree", { maxDepth: 3 }),
  (visit) => visit.control("validate/script", { code: "// @timeout 5s\nreturn { ok: true };" }),
  (visit) => visit.control("route/resolve", { path: "/users/42" }),
  (visit) =>
    visit.control("shared-state/set", { hostname: "default/1", path: "limits.perMinute", value: 60 }),
  (visit) => visit.control("shared-state/get", { hostname: "default/1" }),
];

/** TABLE: clients that ask, and read what comes. */
export const HTTP_CLIENTS: readonly SoakClient[] = [
  calls("plain calls", { count: 4, everyMs: 10 }, (n) => [`/hello?name=${n}`]),
  calls("routes", { count: 1, everyMs: 20 }, () => [`/users/${Math.floor(Math.random() * 1e6)}`]),
  calls("other shapes", { count: 2, everyMs: 15 }, (n) => [rowOf(SHAPES, n)]),
  calls("errors", { count: 1, everyMs: 30 }, (n) => rowOf(ERRORS, n)),
  calls("late errors", { count: 1, everyMs: 100 }, (n) => [n % 2 === 0 ? "/late" : "/rejects"]),
  calls("time limits", { count: 1, everyMs: 100 }, () => ["/timeout", { status: 504, kind: "time limit" }]),
  calls("loop limits", { count: 1, everyMs: 1_000 }, () => ["/loops", { status: 504, kind: "loop limit" }]),
  calls("child processes", { count: 1, everyMs: 500 }, () => ["/child"]),
  {
    name: "globals",
    count: 1,
    everyMs: 50,
    async turn(visit) {
      const seen = await visit.ask("/global");
      if (seen !== "1") throw new Error(`what a serverless script left on globalThis is seen: ${seen}`);
    },
  },
  {
    name: "reads of the control API",
    count: 1,
    everyMs: 50,
    async turn(visit, n) {
      await rowOf(READS, n)(visit);
    },
  },
  {
    name: "bodies",
    count: 2,
    everyMs: 25,
    async turn(visit, n) {
      const body = JSON.stringify({ n, text: "x".repeat(n % 2 === 0 ? 1_000 : 100_000) });
      const back = await visit.ask("/echo", { method: "POST", headers: json(), body });
      if (back !== body) throw new Error(`another body came back, of ${back.length} characters`);
    },
  },
  {
    name: "big bodies",
    count: 1,
    everyMs: 250,
    async turn(visit, n) {
      if (n % 3 === 0) {
        const bytes = await visit.ask("/bytes", { method: "POST", body: "x".repeat(1_500_000) });
        if (bytes !== '{"bytes":1500000}') throw new Error(`of 1500000 bytes came ${bytes}`);
      } else if (n % 3 === 1) {
        const form = new FormData();
        form.append("file", new File(["x".repeat(500_000)], "a.txt"));
        const seen = await visit.ask("/upload", { method: "POST", body: form });
        if (!seen.includes('"bytes":500000')) throw new Error(`an upload came as ${seen}`);
      } else {
        const { length } = await visit.ask("/download");
        if (length !== 64 * 65_536) throw new Error(`of a download came ${length} bytes`);
      }
    },
  },
  {
    name: "streams that fail half-way",
    count: 1,
    everyMs: 200,
    async turn(visit) {
      const isWhole = await visit.ask("/half").then(
        () => true,
        () => false,
      );
      if (isWhole) throw new Error("a stream that failed ended as if it were whole");
      count(visit.tally.expected, "stream cut by its script");
    },
  },
];

/** TABLE: clients that leave in the middle. */
export const LEAVERS: readonly SoakClient[] = [
  leaves("a stream", get("/endless"), { forText: "tick" }),
  leaves("events", get("/events"), { forText: "data: tick" }),
  leaves("a download", get("/download"), { forText: "xxxx" }),
  leaves("a script that runs", get("/slow"), { ms: 10 }),
  leaves("a place in the queue", get("/guarded"), { ms: 1 }),
  leaves("a request", "GET /hello HTTP/1.1\r\nHost: loc", { ms: 5 }),
  leaves("a JSON body", `${post("/echo", "application/json", 9_999)}{`, { ms: 10 }),
  leaves("a big body", post("/bytes", "text/plain", 1_500_000) + "x".repeat(200_000), { ms: 10 }),
  leaves("an upload", `${post("/upload", "multipart/form-data; boundary=b", 9_999)}--b\r\n`, { ms: 10 }),
];

function calls(
  name: string,
  pace: Pick<SoakClient, "count" | "everyMs">,
  request: (n: number) => readonly [path: string, asked?: Asked],
): SoakClient {
  return {
    name,
    ...pace,
    async turn(visit, n) {
      await visit.ask(...request(n));
    },
  };
}

function leaves(what: string, bytes: string, wait: Parameters<SoakVisit["cut"]>[2]): SoakClient {
  return { name: `leave ${what}`, count: 1, everyMs: 60, turn: (visit) => visit.cut(what, bytes, wait) };
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

function post(path: string, type: string, bytes: number): string {
  const head = `Host: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}`;
  return `POST ${path} HTTP/1.1\r\n${head}\r\n\r\n`;
}

function json(): Record<string, string> {
  return { "content-type": "application/json" };
}

function rowOf<T>(rows: readonly T[], n: number): T {
  return rows[n % rows.length] as T;
}

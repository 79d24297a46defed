import { compare } from "../compare.ts";
import type { Load } from "../load.ts";
import { type BenchRow, formatCount, formatRatio, type Scenario, toRow } from "../scenario.ts";
import { type BareAnswer, startBareServer, startExecServer } from "../servers.ts";

/** One form of script, compared with a bare server that answers the same. */
interface Shape {
  readonly name: string;
  readonly title: string;
  /** Path below the deployment. */
  readonly file: string;
  readonly source: string;
  readonly load: Load;
  readonly bare: BareAnswer;
  readonly answer: unknown;
  /** Least ratio of requests per second. */
  readonly ratioMin?: number;
  /** Highest ratio of the 99th percentiles. */
  readonly p99RatioMax?: number;
  /** Least requests per second of the product, where the promise is one about a machine. */
  readonly requestsPerSecondMin?: number;
}

const HELLO = { hello: "world" };
/** 1 KB of JSON, as a form or a webhook sends it. */
const ORDER = {
  id: "ord_01JD0000000000000000000000",
  customer: { name: "Grace Hopper", email: "grace@example.org", vip: true },
  lines: Array.from({ length: 12 }, (_, at) => ({
    sku: `SKU-${1000 + at}`,
    quantity: at + 1,
    price: 19.9,
    tax: 0.19,
  })),
  note: "Please leave it at the door and ring twice. ".repeat(4),
};

const SHAPES: readonly Shape[] = [
  {
    name: "get",
    title: 'GET, `return { hello: "world" }`',
    file: "hello.js",
    source: 'return { hello: "world" };',
    load: { path: "/hello" },
    bare: "hello",
    answer: HELLO,
    ratioMin: 0.75,
    p99RatioMax: 2,
  },
  {
    name: "post",
    title: "POST of 1 KB JSON, echoed",
    file: "echo.js",
    source: "return req.body;",
    load: { path: "/echo", body: JSON.stringify(ORDER) },
    bare: "echo",
    answer: ORDER,
    ratioMin: 0.85,
  },
  {
    name: "async",
    title: "GET, top-level `await`",
    file: "awaits.js",
    source: 'const name = await Promise.resolve("world");\nreturn { hello: name };',
    load: { path: "/awaits" },
    bare: "hello",
    answer: HELLO,
  },
  {
    name: "handler",
    title: "GET, `module.exports = (req, res) => res.json(…)`",
    file: "handler.js",
    source: 'module.exports = (req, res) => res.json({ hello: "world" });',
    load: { path: "/handler" },
    bare: "hello",
    answer: HELLO,
  },
  {
    name: "typescript",
    title: "GET, TypeScript with an enum",
    file: "typed.ts",
    source:
      'enum Place { World = "world" }\ninterface Hello { hello: Place }\nconst answer: Hello = { hello: Place.World };\nreturn answer;',
    load: { path: "/typed" },
    bare: "hello",
    answer: HELLO,
  },
  {
    name: "route",
    title: "GET, `users/[id].js`",
    file: "users/[id].js",
    source: "return { id: metadata.parameters.id };",
    load: { path: "/users/42" },
    bare: "user",
    answer: { id: "42" },
  },
  {
    name: "worker",
    title: "GET, `@mode worker`",
    file: "kept.js",
    source: '// @mode worker\nreturn { hello: "world" };',
    load: { path: "/kept" },
    bare: "hello",
    answer: HELLO,
  },
  {
    name: "loop",
    title: "GET, a loop of 1,000 steps",
    file: "loop.js",
    source: "let sum = 0;\nfor (let at = 0; at < 1000; at++) sum += at;\nreturn { sum };",
    load: { path: "/loop" },
    bare: "loop",
    answer: { sum: 499_500 },
  },
  {
    name: "global",
    title: "GET, serverless script that writes to `globalThis`",
    file: "writes-global.js",
    // Anything but 1 would be something an earlier request left behind.
    source: "globalThis.calls = (globalThis.calls ?? 0) + 1;\nreturn { calls: globalThis.calls };",
    load: { path: "/writes-global" },
    bare: "hello",
    answer: { calls: 1 },
    requestsPerSecondMin: 8_000,
  },
  {
    name: "builtin",
    title: "GET, serverless script that changes a built-in",
    file: "writes-builtin.js",
    source:
      'const seen = "last" in Array.prototype;\nArray.prototype.last = function () { return this.at(-1); };\nreturn { seen, hello: ["world"].last() };',
    load: { path: "/writes-builtin" },
    bare: "hello",
    answer: { seen: false, hello: "world" },
  },
];

/** Requests per second and latency of each form of script. */
export const throughputScenarios: readonly Scenario[] = SHAPES.map((shape) => ({
  name: shape.name,
  async run(effort) {
    await using base = await startBareServer(shape.bare);
    await using subject = await startExecServer({ [`default/1/${shape.file}`]: shape.source });
    await checkAnswer(subject.url, shape);
    const compared = await compare({ base, subject, load: shape.load, effort });
    await checkAnswer(subject.url, shape);
    return toRows(shape, compared);
  },
}));

/** A wrong answer is no answer: nothing is timed before, and nothing is reported when the load broke it. */
async function checkAnswer(url: string, { load, answer }: Shape): Promise<void> {
  const response = await fetch(url + load.path, {
    ...(load.body === undefined
      ? {}
      : { method: "POST", body: load.body, headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  if (response.status !== 200 || !Bun.deepEquals(JSON.parse(text), answer)) {
    throw new Error(`${load.path} answers ${response.status}: ${text}`);
  }
}

function toRows(shape: Shape, compared: Awaited<ReturnType<typeof compare>>): readonly BenchRow[] {
  const { title, ratioMin, p99RatioMax, requestsPerSecondMin } = shape;
  const scale = [
    `${formatCount(compared.subjectRequestsPerSecond)} of ${formatCount(compared.baseRequestsPerSecond)} requests/s`,
    `CPU ${formatRatio(compared.cpuRatio)}`,
    ...(compared.foreignShare > 0.12
      ? [`NOISY: others took ${formatRatio(compared.foreignShare)} of a core`]
      : []),
    ...(compared.failed > 0 ? [`${compared.failed} FAILED`] : []),
  ].join(", ");
  const rows: BenchRow[] = [];
  if (requestsPerSecondMin === undefined) {
    const least = ratioMin === undefined ? {} : { atLeast: ratioMin };
    rows.push(toRow({ title, value: compared.ratio, ...least, format: formatRatio, detail: scale }));
  } else {
    const format = (value: number) => `${formatCount(value)} requests/s`;
    const value = compared.subjectRequestsPerSecond;
    rows.push(toRow({ title, value, atLeast: requestsPerSecondMin, format, detail: scale }));
  }
  if (p99RatioMax !== undefined) {
    rows.push(
      toRow({
        title: `${title}: 99th percentile at 64 connections`,
        value: compared.p99Ratio,
        atMost: p99RatioMax,
        format: formatRatio,
        detail: "subject / bare",
      }),
    );
  }
  return rows;
}

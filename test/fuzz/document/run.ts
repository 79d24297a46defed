import fc from "fast-check";
import packageJson from "../../../package.json" with { type: "json" };
import { createDocument } from "../../../src/api/document.ts";
import { OPERATIONS } from "../../../src/api/operations.ts";
import { type TestApp, testApp } from "../../support/app.ts";
import { judgeBy } from "./answers.ts";
import { type Call, callsOf, readDocument } from "./calls.ts";

/** What came of a run. */
export interface FuzzReport {
  readonly seed: number;
  /** Answers by operation and status. */
  readonly counts: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** What the document does not promise, each with the call that shows it. */
  readonly faults: readonly string[];
}

/** Stops at so many faults: the rest is mostly the same. */
const FAULTS_MAX = 20;
/** A stream is read for so long. */
const STREAM_MS = 20;
/** Paths and names that calls find something under. */
const SCRIPTS = {
  "default/1/a.js": "module.exports = (req, res) => res.json({ ok: true });\n",
  "default/1/users/[id].ts": "// @timeout 5000\nreturn { id: metadata.parameters.id };\n",
  "default/1/tick.js": "// @schedule */5 * * * *\nreturn 1;\n",
  "default/1/logged.js": "// @log-level standard\nconsole.log('x'); return 1;\n",
  "default/1/a.openapi.json": '{"get": {"responses": {"200": {"description": "ok"}}}}',
  "default/2/b.js": "return 2;\n",
  "package.json": '{"dependencies": {"pad": "^1.0.0"}}',
};
/** An API whose document can be imported. */
const PETS = {
  openapi: "3.0.3",
  info: { title: "Pets", version: "1" },
  paths: { "/pets/{id}": { get: { operationId: "pet", responses: { 200: { description: "ok" } } } } },
};

/**
 * Calls every operation of our own document, rightly and wrongly, and holds each answer against it.
 *
 * @param options.requests How many calls, spread evenly over the operations.
 */
export async function fuzzDocument({
  requests,
  seed,
  onlyOf,
}: {
  readonly requests: number;
  readonly seed: number;
  /** Operations by a part of their id; all when left out. */
  readonly onlyOf?: string;
}): Promise<FuzzReport> {
  const document = JSON.parse(JSON.stringify(createDocument(OPERATIONS, packageJson.version)));
  const { operations, resolve } = readDocument(document);
  const chosen = operations.filter(({ id }) => id.includes(onlyOf ?? ""));
  const judge = judgeBy(document);
  const counts = new Map(chosen.map(({ id }) => [id, new Map<number, number>()]));
  const faults: string[] = [];
  const parent = { lastReplacement: null, isSuccessor: false, owner: Promise.resolve(), restart() {} };
  using pets = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(PETS) });
  await using app = await testApp({
    files: SCRIPTS,
    restarts: parent,
    flags: ["--sdk-import-allow-local"],
  });
  await app.fetch("/logged");
  const knownHere = (name: string) => (name === "source_url" ? [`${pets.url}openapi.json`] : known(name));
  const calls = chosen.map((operation) => callsOf(operation, resolve, knownHere));
  const each = Math.ceil(requests / calls.length);
  for (const [at, call] of fc
    .sample(fc.tuple(...calls), { numRuns: each, seed })
    .flat()
    .entries()) {
    const fault = judge(call.operation, await answerTo(app, call, counts));
    if (fault !== null) faults.push(`${call.operation.id} ${fault}\n  call ${at}: ${describe(call)}`);
    if (faults.length >= FAULTS_MAX) break;
  }
  return { seed, counts, faults };
}

async function answerTo(app: TestApp, { operation, url, init }: Call, counts: FuzzReport["counts"]) {
  const leaving = new AbortController();
  const response = await app.fetch(url, { ...init, signal: leaving.signal });
  const mediaType = response.headers.get("content-type") ?? "";
  const isStream = mediaType.startsWith("text/event-stream");
  const text = isStream ? await beginningOf(response) : await response.text();
  leaving.abort();
  const statuses = counts.get(operation.id) as Map<number, number>;
  statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  return { status: response.status, mediaType, text };
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await Promise.race([reader?.read(), Bun.sleep(STREAM_MS)]);
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}

function known(name: string): readonly string[] {
  if (/^(path|file|from|to|scriptPath|paths)$/.test(name))
    return ["a.js", "users/[id].ts", "tick.js", "default/2/b.js", "new/x.ts", "default-1.log"];
  if (/^(execId|exec_id)$/.test(name)) return ["1", "2"];
  if (name === "confirm") return ["true"];
  if (name === "code" || name === "content")
    return ["return 1;", "// @timeout x\nmodule.exports = () => 1", "const = 1"];
  if (name === "hostname" || name === "host") return ["localhost", "p1-c1-exec-2.node.localhost"];
  return KNOWN_OTHERS[name] ?? [];
}

const KNOWN_OTHERS: Readonly<Record<string, readonly string[]>> = {
  name: ["json-api", "mine", "webhook"],
  id: ["pets", "2"],
  outputPath: ["generated.js"],
  expression: ["*/5 * * * *"],
  query: ["GET"],
  modules: ["pad"],
  packages: ["pad"],
  source_auth: [],
  subdomain: ["default"],
  mode: ["serverless", "worker"],
  dir: ["", "users"],
  directory: ["", "scripts", "users"],
  filter: ["*", "*.js"],
  label: [""],
  tags: [""],
};

function describe({ operation, url, init }: Call): string {
  const headers = JSON.stringify(init.headers ?? {});
  return `${operation.method} ${url.slice(0, 500)} ${headers} ${String(init.body ?? "").slice(0, 500)}`;
}

import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import type { GeneratorPlan, GeneratorReport } from "./load-generator.ts";
import { PinnedProcess } from "./pinned-process.ts";
import type { SocketPlan, SocketReport } from "./socket-generator.ts";

/** One kind of request, sent again and again. */
export interface Load {
  readonly path: string;
  /** JSON text; a POST when present, else a GET. */
  readonly body?: string;
  /** Messages over WebSockets that come back as they are, instead of requests. */
  readonly isSocketEcho?: boolean;
}

/** What one run of a load saw. */
export interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly requests: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx or 3xx, and broken connections. */
  readonly failed: number;
  /** CPU time of the generator. */
  readonly cpuSeconds: number;
}

/** The core of the load; servers have the one before it. */
export const LOAD_CPU = 1;
/** Connections of every run (performance.md §0). */
const CONNECTIONS = 64;

/** Sends a load to a server for some whole seconds, with `wrk` where it is installed. */
export async function runLoad(server: string, load: Load, seconds: number): Promise<LoadFigures> {
  if (load.isSocketEcho) return await runSocketGenerator(server, load, seconds);
  return Bun.which("wrk") === null
    ? await runGenerator(server, load, seconds)
    : await runWrk(server, load, seconds);
}

/** Name of the generator in use, for the table. */
export function loadGeneratorName(): string {
  return Bun.which("wrk") === null ? "built-in generator" : "wrk";
}

async function runWrk(server: string, load: Load, seconds: number): Promise<LoadFigures> {
  await using directory = await tempDir();
  if (load.body !== undefined) await directory.write({ "post.lua": toLua(load.body) });
  const command = [
    ...["wrk", "-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency"],
    ...(load.body === undefined ? [] : ["-s", join(directory.path, "post.lua")]),
    server + load.path,
  ];
  await using wrk = new PinnedProcess({ command, cpu: LOAD_CPU });
  const output = await wrk.finish();
  const figure = (pattern: RegExp) => Number(pattern.exec(output)?.[1] ?? 0);
  const [, p99 = "", unit = ""] = /\n\s+99%\s+([\d.]+)(us|ms|s)/.exec(output) ?? [];
  const requests = figure(/(\d+) requests in/);
  if (requests === 0) throw new Error(`wrk sent nothing: ${output}`);
  return {
    requests,
    requestsPerSecond: figure(/Requests\/sec:\s+([\d.]+)/),
    p99Ms: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"],
    failed: figure(/Non-2xx or 3xx responses: (\d+)/) + countSocketErrors(output),
    cpuSeconds: wrk.cpuSeconds,
  };
}

function countSocketErrors(output: string): number {
  const counts = /Socket errors: (.*)/.exec(output)?.[1]?.match(/\d+/g) ?? [];
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

/** JSON text is a valid Lua string once the one escape that differs is rewritten. */
function toLua(body: string): string {
  return `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = ${JSON.stringify(body)}\n`;
}

async function runSocketGenerator(server: string, load: Load, seconds: number): Promise<LoadFigures> {
  const plan: SocketPlan = { url: server + load.path, durationMs: seconds * 1000 };
  await using generator = new PinnedProcess({
    command: [process.execPath, join(import.meta.dir, "socket-generator.ts"), JSON.stringify(plan)],
    cpu: LOAD_CPU,
  });
  const { messages, failed, durationMs } = JSON.parse(await generator.finish()) as SocketReport;
  return {
    requests: messages,
    requestsPerSecond: (messages / durationMs) * 1000,
    p99Ms: Number.NaN,
    failed,
    cpuSeconds: generator.cpuSeconds,
  };
}

async function runGenerator(server: string, load: Load, seconds: number): Promise<LoadFigures> {
  const plan: GeneratorPlan = {
    url: server + load.path,
    method: load.body === undefined ? "GET" : "POST",
    body: load.body ?? "",
    connections: CONNECTIONS,
    durationMs: seconds * 1000,
  };
  await using generator = new PinnedProcess({
    command: [process.execPath, join(import.meta.dir, "load-generator.ts"), JSON.stringify(plan)],
    cpu: LOAD_CPU,
  });
  const report = JSON.parse(await generator.finish()) as GeneratorReport;
  return {
    ...report,
    requestsPerSecond: (report.requests / report.durationMs) * 1000,
    cpuSeconds: generator.cpuSeconds,
  };
}

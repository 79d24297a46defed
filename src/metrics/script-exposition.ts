import { BUCKET_EDGES_MS, type Durations } from "./durations.ts";
import { FAMILIES, type Family, type FamilyName } from "./families.ts";
import type { ScriptMetrics } from "./script-metrics.ts";
import type { ScriptMetricsMap } from "./script-metrics-map.ts";

/**
 * The families with a series for each script, as exposition text (format 0.0.4), and the sum of their durations.
 *
 * In pieces of one script, so that whoever puts them together can let requests go in between: a thousand scripts are a
 * megabyte. Written by hand, because a library that makes an object of each sample takes two to three times as long.
 */
export function* writeScriptFamilies(scripts: ScriptMetricsMap): Generator<string, void> {
  const rows = toRows(scripts.entries());
  const withSockets = rows.filter(({ entry }) => entry.sockets.opened > 0);
  yield* family("hoody_exec_http_requests_total", rows, ({ methods }, labels) =>
    methods.map(([method, count]) => `{${labels},method="${method}"} ${count}\n`),
  );
  yield* family("hoody_exec_http_errors_total", rows, ({ statuses }, labels) =>
    statuses.map(([status, count]) => `{${labels},status="${status}"} ${count}\n`),
  );
  yield* family("hoody_exec_http_requests_active", rows, ({ activeHttp }, labels) => [
    `{${labels}} ${activeHttp}\n`,
  ]);
  yield* family("hoody_exec_http_duration_ms", rows, ({ durations }, labels) => histogram(durations, labels));
  yield head("hoody_exec_http_duration_ms_global");
  for (const sample of histogram(scripts.durationsOfAll(), "")) {
    yield `hoody_exec_http_duration_ms_global${sample}`;
  }
  yield* family("hoody_exec_ws_connections_active", withSockets, ({ sockets }, labels) => [
    `{${labels}} ${sockets.active}\n`,
  ]);
  yield* family("hoody_exec_ws_closes_total", withSockets, ({ sockets }, labels) => [
    `{${labels},type="normal"} ${sockets.normalCloses}\n`,
    `{${labels},type="abnormal"} ${sockets.abnormalCloses}\n`,
  ]);
}

interface Row {
  readonly entry: ScriptMetrics;
  /** `script="/a"` */
  readonly labels: string;
}

/** The deployment is named only where two share a route: a label that is nearly always the same is noise. */
function toRows(entries: readonly ScriptMetrics[]): readonly Row[] {
  const sharing = Map.groupBy(entries, ({ scriptPath }) => scriptPath);
  return entries.map((entry) => {
    const isShared = (sharing.get(entry.scriptPath)?.length ?? 0) > 1;
    const hostname = isShared ? `,hostname="${escapeLabel(entry.deploymentKey)}"` : "";
    return { entry, labels: `script="${escapeLabel(entry.scriptPath)}"${hostname}` };
  });
}

/** @param samplesOf Everything behind the name, for each sample: labels, value, newline. */
function* family(
  name: FamilyName,
  rows: readonly Row[],
  samplesOf: (entry: ScriptMetrics, labels: string) => readonly string[],
): Generator<string, void> {
  yield head(name);
  for (const { entry, labels } of rows) {
    let text = "";
    for (const sample of samplesOf(entry, labels)) text += name + sample;
    yield text;
  }
}

function head(name: FamilyName): string {
  const { help, type }: Family = FAMILIES[name];
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

const EDGES: readonly string[] = [...BUCKET_EDGES_MS.map(String), "+Inf"];

function histogram({ buckets, sumMs, count }: Durations, labels: string): readonly string[] {
  const before = labels === "" ? "" : `${labels},`;
  const of = labels === "" ? "" : `{${labels}}`;
  let cumulative = 0;
  const samples = EDGES.map((edge, at) => {
    cumulative += buckets[at] as number;
    return `_bucket{${before}le="${edge}"} ${cumulative}\n`;
  });
  return [...samples, `_sum${of} ${sumMs}\n`, `_count${of} ${count}\n`];
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

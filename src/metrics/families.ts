/** One Prometheus family. */
export interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  /** One line without backslashes; stands in the exposition and in the README. */
  readonly help: string;
  readonly labels: readonly string[];
}

/**
 * TABLE: every Prometheus family (metrics.md §5) in the order of the exposition. Its head, its help and the README follow.
 *
 * Every label has a bounded set of values: `script` by `--metrics-scripts-cap`, `method` and `status` by
 * {@link ScriptMetrics}, `setting` by the settings. `hostname` is there only while two deployments share a route.
 */
export const FAMILIES = {
  hoody_exec_http_requests_total: {
    type: "counter",
    help: "Total HTTP requests served by scripts",
    labels: ["script", "hostname", "method"],
  },
  hoody_exec_http_errors_total: {
    type: "counter",
    help: "Total HTTP errors served by scripts",
    labels: ["script", "hostname", "status"],
  },
  hoody_exec_http_requests_active: {
    type: "gauge",
    help: "HTTP requests to scripts that have not finished",
    labels: ["script", "hostname"],
  },
  hoody_exec_http_duration_ms: {
    type: "histogram",
    help: "HTTP request duration in milliseconds (per-script histogram)",
    labels: ["script", "hostname"],
  },
  hoody_exec_http_duration_ms_global: {
    type: "histogram",
    help: "HTTP request duration in milliseconds (all scripts)",
    labels: [],
  },
  hoody_exec_ws_connections_active: {
    type: "gauge",
    help: "Currently open WebSocket connections",
    labels: ["script", "hostname"],
  },
  hoody_exec_ws_closes_total: {
    type: "counter",
    help: "Closed WebSocket connections; normal is 1000 and 1001",
    labels: ["script", "hostname", "type"],
  },
  hoody_exec_metrics_errors_total: {
    type: "counter",
    help: "Times that something could not be recorded",
    labels: [],
  },
  hoody_exec_limit_refusals_total: {
    type: "counter",
    help: "What was refused because the limit of a setting was reached",
    labels: ["setting"],
  },
  hoody_exec_limit_evictions_total: {
    type: "counter",
    help: "What was let go of because the limit of a setting was reached",
    labels: ["setting"],
  },
  process_start_time_seconds: {
    type: "gauge",
    help: "Start time of the process since unix epoch in seconds",
    labels: [],
  },
  process_cpu_seconds_total: {
    type: "counter",
    help: "Total user and system CPU time spent in seconds",
    labels: [],
  },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory size in bytes", labels: [] },
  process_heap_bytes: { type: "gauge", help: "Heap in use in bytes", labels: [] },
  process_virtual_memory_bytes: {
    type: "gauge",
    help: "Virtual memory size in bytes (Linux)",
    labels: [],
  },
  process_open_fds: { type: "gauge", help: "Open file descriptors (Linux)", labels: [] },
  process_max_fds: { type: "gauge", help: "Highest number of open file descriptors (Linux)", labels: [] },
} as const satisfies Readonly<Record<string, Family>>;

/** Name of a row of {@link FAMILIES}. */
export type FamilyName = keyof typeof FAMILIES;

import { setImmediate } from "node:timers/promises";
import { Counter, Gauge, Registry } from "prom-client";
import { type SettingName, toFlag } from "../config/settings.ts";
import { FAMILIES, type FamilyName } from "./families.ts";
import type { LimitCounts } from "./limits.ts";
import { readKernelFacts, readMemoryUse } from "./process-info.ts";
import type { Recorder } from "./recorder.ts";
import { writeScriptFamilies } from "./script-exposition.ts";

/** What the exposition is made from. */
export interface PrometheusSources {
  readonly recorder: Recorder;
  readonly limits: () => LimitCounts;
  readonly startedAt: Date;
}

/** One value of a family, as it is now. */
interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * The metrics as Prometheus reads them. Nothing is counted here: values are read when they are asked for.
 *
 * The library has a registry of our own, since its global one would be shared by all apps of a process. Its metrics of
 * the runtime are left out: with this one most are constant zeros, and one is 292 years.
 */
export class PrometheusExporter {
  readonly #registry = new Registry();
  readonly #recorder: Recorder;

  constructor({ recorder, limits, startedAt }: PrometheusSources) {
    this.#recorder = recorder;
    const one = (value: number): readonly Sample[] => [{ value }];
    this.#add("hoody_exec_metrics_errors_total", () => one(recorder.totals.metricsErrors));
    this.#add("hoody_exec_limit_refusals_total", () => bySetting(limits().refused));
    this.#add("hoody_exec_limit_evictions_total", () => bySetting(limits().givenUp));
    this.#add("process_start_time_seconds", () => one(startedAt.getTime() / 1_000));
    this.#add("process_cpu_seconds_total", () => {
      const { user, system } = process.cpuUsage();
      return one((user + system) / 1e6);
    });
    this.#add("process_resident_memory_bytes", () => one(readMemoryUse().rss));
    this.#add("process_heap_bytes", () => one(readMemoryUse().used));
    for (const [name, fact] of KERNEL_FAMILIES) {
      this.#add(name, () => {
        const facts = readKernelFacts();
        return facts === null ? [] : one(facts[fact]);
      });
    }
  }

  /** Exposition text in format 0.0.4. */
  async text(): Promise<string> {
    const pieces: string[] = [];
    let sinceMs = performance.now();
    for (const piece of writeScriptFamilies(this.#recorder.scripts)) {
      pieces.push(piece);
      if (performance.now() - sinceMs < SLICE_MS) continue;
      await setImmediate();
      sinceMs = performance.now();
    }
    pieces.push(await this.#registry.metrics());
    return pieces.join("");
  }

  #add(name: FamilyName, read: () => readonly Sample[]): void {
    const { type, help, labels } = FAMILIES[name];
    const registers = [this.#registry];
    const options = { name, help, labelNames: [...labels], registers };
    const metric =
      type === "counter"
        ? new Counter({
            ...options,
            collect() {
              this.reset();
              for (const { labels = {}, value } of read()) this.inc(labels, value);
            },
          })
        : new Gauge({
            ...options,
            collect() {
              this.reset();
              for (const { labels = {}, value } of read()) this.set(labels, value);
            },
          });
    metric.reset();
  }
}

/** Longest time that requests wait for the exposition, in milliseconds. */
const SLICE_MS = 1;

const KERNEL_FAMILIES = [
  ["process_virtual_memory_bytes", "virtualBytes"],
  ["process_open_fds", "openFiles"],
  ["process_max_fds", "openFilesMax"],
] as const;

/** `bodies-max`, as on the command line. */
function bySetting(counts: LimitCounts["refused"]): readonly Sample[] {
  return Object.entries(counts).map(([name, value]) => ({
    labels: { setting: toFlag(name as SettingName).slice(2) },
    value,
  }));
}

import { Durations } from "./durations.ts";
import { type MeasuredScript, ScriptMetrics, UNMEASURED } from "./script-metrics.ts";

/** How long nobody is looked for again after nobody could be given up, in milliseconds. */
const RETRY_MS = 1_000;

/**
 * The metrics of every script, in a bounded map (metrics.md §1).
 *
 * A script asks once and then holds what it got; who is given up is marked, so that its script asks again. Entries
 * outlive their script's compiled form and its file: what happened has happened.
 */
export class ScriptMetricsMap {
  /** Where those are recorded that have no entry: in no list, only in the sums. */
  readonly unlisted = new ScriptMetrics(UNMEASURED, 0);
  readonly #entries = new Map<string, ScriptMetrics>();
  readonly #entriesMax: number;
  readonly #givenUp = new Durations();
  readonly #droppedScripts = new WeakSet<MeasuredScript>();
  #dropped = 0;
  #evicted = 0;
  /** Who was idle at the last look, the one idle for longest last. */
  #candidates: { readonly entry: ScriptMetrics; readonly lastActivityMs: number }[] = [];
  #fullUntilMs = Number.NEGATIVE_INFINITY;

  /** @param options.entriesMax At least 1. */
  constructor({ entriesMax }: { readonly entriesMax: number }) {
    this.#entriesMax = entriesMax;
    this.unlisted.isRetired = true;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Scripts that were not stored because every entry had a live request or socket. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Entries given up for others. */
  get evicted(): number {
    return this.#evicted;
  }

  /** The entries, in the order in which they were first seen. */
  entries(): readonly ScriptMetrics[] {
    return [...this.#entries.values()];
  }

  /** The durations of all requests ever recorded, without samples. */
  durationsOfAll(): Durations {
    const all = new Durations();
    all.absorb(this.#givenUp);
    all.absorb(this.unlisted.durations);
    for (const { durations } of this.#entries.values()) all.absorb(durations);
    return all;
  }

  /** The entry of a script that holds none, or one that was given up. */
  enter(script: MeasuredScript, nowMs: number): ScriptMetrics {
    const key = `${script.deploymentKey}\n${script.scriptPath}`;
    const entry = this.#entries.get(key) ?? this.#add(key, script, nowMs);
    if (entry === null) return this.unlisted;
    entry.file = script.file;
    script.metrics = entry;
    return entry;
  }

  #add(key: string, script: MeasuredScript, nowMs: number): ScriptMetrics | null {
    if (this.#entries.size >= this.#entriesMax && !this.#giveUpOne(nowMs)) {
      if (!this.#droppedScripts.has(script)) this.#dropped++;
      this.#droppedScripts.add(script);
      return null;
    }
    const entry = new ScriptMetrics(script, nowMs);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Gives up the entry that has been idle for longest; sorting once serves many, because activity only moves on. */
  #giveUpOne(nowMs: number): boolean {
    if (nowMs < this.#fullUntilMs) return false;
    for (let look = 0; look < 2; look++) {
      for (let last = this.#candidates.pop(); last !== undefined; last = this.#candidates.pop()) {
        const { entry, lastActivityMs } = last;
        if (entry.isLive || entry.lastActivityMs !== lastActivityMs) continue;
        this.#entries.delete(`${entry.deploymentKey}\n${entry.scriptPath}`);
        this.#givenUp.absorb(entry.durations);
        entry.isRetired = true;
        this.#evicted++;
        return true;
      }
      this.#candidates = [...this.#entries.values()]
        .filter(({ isLive }) => !isLive)
        .map((entry) => ({ entry, lastActivityMs: entry.lastActivityMs }))
        .sort((one, other) => other.lastActivityMs - one.lastActivityMs);
    }
    this.#fullUntilMs = nowMs + RETRY_MS;
    return false;
  }
}

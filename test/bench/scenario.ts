import type { Effort } from "./compare.ts";

/** One line of the bench's table. */
export interface BenchRow {
  /** What was measured, in words. */
  readonly title: string;
  /** The promise, in words; a dash where there is none. */
  readonly goal: string;
  readonly measured: string;
  /** Figures that give the scale; they differ from machine to machine. */
  readonly detail: string;
  /** Null where nothing was promised. */
  readonly met: boolean | null;
}

/** How thorough a run of the bench is. */
export interface BenchEffort extends Effort {
  /** Process starts for one figure. */
  readonly starts: number;
  /** Part of the full number of overwrites, 0 to 1. */
  readonly overwriteShare: number;
}

/** Something the bench measures; starts what it needs and ends it. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  run(effort: BenchEffort): Promise<readonly BenchRow[]>;
}

/** A row whose promise is a lowest or a highest value. */
export function toRow(row: {
  readonly title: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Writes a value with its unit. */
  readonly format: (value: number) => string;
  readonly detail: string;
}): BenchRow {
  const { title, value, atLeast, atMost, format, detail } = row;
  const goal =
    atLeast !== undefined ? `≥ ${format(atLeast)}` : atMost !== undefined ? `≤ ${format(atMost)}` : "–";
  const isPromised = atLeast !== undefined || atMost !== undefined;
  // A figure that could not be taken keeps no promise.
  const met = value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
  return { title, goal, measured: format(value), detail, met: isPromised ? met : null };
}

/** `0.83` */
export function formatRatio(value: number): string {
  return value.toFixed(2);
}

/** `57,300` */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `61 MiB` */
export function formatMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

/** `148 ms` */
export function formatMs(ms: number): string {
  return `${Math.round(ms)} ms`;
}

/** What schedules have done since the start (metrics.md §2). */
export interface CronTotals {
  /** Attempts, those that were skipped included. */
  fires: number;
  /** Fires that ended with the status `error`, `timeout` or `load_error`. */
  errors: number;
  /** Runs whose code is at work, also after their time limit. */
  active: number;
  /** Runs that have not given their script's slot back. */
  wrapperActive: number;
}

export function noCronTotals(): CronTotals {
  return { fires: 0, errors: 0, active: 0, wrapperActive: 0 };
}

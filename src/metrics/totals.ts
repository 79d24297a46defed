/** Runs that a schedule began, over all scripts (metrics.md §2); whoever fires them counts them. */
export interface CronTotals {
  /** Attempts, those skipped because too much was running included. */
  fires: number;
  /** Attempts that ended with an error, by time, or because the script could not be loaded. */
  errors: number;
  /** Runs in flight. */
  active: number;
  /** Runs whose slot is held until their time limit releases it. */
  wrapperActive: number;
}

/** Counters of the whole process; they only grow, except for what runs now. */
export class Totals {
  /** Requests to scripts that have finished. */
  requests = 0;
  /** Those that failed: answers with 500 and above, throws and timeouts. */
  errors = 0;
  /** Requests to scripts that wait for something now. */
  activeHttp = 0;
  /** Times that something could not be recorded. */
  metricsErrors = 0;
  readonly cron: CronTotals = { fires: 0, errors: 0, active: 0, wrapperActive: 0 };
}

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
}

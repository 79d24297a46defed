/** A request that failed. */
export interface RecentError {
  readonly timestamp: Date;
  readonly statusCode: number;
  /** One line without secrets. */
  readonly message: string;
  readonly executionId: string;
}

/** How many are kept (metrics.md §3). */
const KEPT_MAX = 8;

/** The last failures of a script. */
export class RecentErrors {
  readonly #errors: RecentError[] = [];

  add(error: RecentError): void {
    this.#errors.unshift(error);
    if (this.#errors.length > KEPT_MAX) this.#errors.pop();
  }

  newestFirst(): readonly RecentError[] {
    return [...this.#errors];
  }
}

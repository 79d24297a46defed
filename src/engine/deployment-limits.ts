/** What one deployment may have at once, and what was refused because of that. */
export interface DeploymentLimits {
  /** Pending timers. */
  readonly timersMax: number;
  /** Open listeners. */
  readonly listenersMax: number;
  readonly refusals: DeploymentRefusals;
}

/** How often deployments reached a limit, all of them together: counts outlive a deployment's state. */
export class DeploymentRefusals {
  timers = 0;
  listeners = 0;
  /** Requests that found the queue of their script full. */
  queue = 0;
}

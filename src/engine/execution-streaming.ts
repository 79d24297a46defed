import type { Ai } from "../ai/ai.ts";
import type { Execution } from "./execution.ts";
import { keepOpenLong, mayIdle } from "./idle.ts";
import type { RunningMark } from "./running-mark.ts";
import { USES } from "./script-unit.ts";
import type { Streaming, StreamReading } from "./streams.ts";

/** What all answers of a server have in common when they are sent bit by bit. */
export interface Outlet {
  readonly mark: RunningMark;
  readonly ai: Ai;
  /** Largest body that is copied for its client. */
  readonly copyBytesMax: number;
  /** Reports what went wrong once an answer has begun. */
  failed(thrown: unknown, execution: Execution): unknown;
  /** An answer has been sent to its end, or nobody reads it any more. */
  streamed(execution: Execution): void;
}

/** How the answer of one execution is sent; made for each, so it holds nothing but its two fields. */
export class ExecutionStreaming implements Streaming {
  private _execution: Execution;
  private _outlet: Outlet;

  constructor(execution: Execution, outlet: Outlet) {
    this._execution = execution;
    this._outlet = outlet;
  }

  /** A script that has changed meanwhile may do anything. */
  get isPossible(): boolean {
    return this._execution.endpoint.unit.loaded?.mayStream ?? true;
  }

  get isHead(): boolean {
    return this._execution.request.method === "HEAD";
  }

  get copyBytesMax(): number {
    return this._outlet.copyBytesMax;
  }

  begin(): StreamReading {
    const { _execution: execution, _outlet: outlet } = this;
    const { unit } = execution.endpoint;
    const callsAi = ((unit.loaded?.uses ?? 0) & USES.ai) !== 0;
    const { signal } = execution;
    const onGone = () => outlet.streamed(execution);
    execution.isStreaming = !signal.aborted;
    // One who goes before the first byte was taken cancels nothing.
    signal.addEventListener("abort", onGone, { once: true });
    return {
      signal,
      onEnd: () => {
        outlet.streamed(execution);
        mayIdle(execution.request, execution.server);
      },
      onGone,
      onError: (thrown) => this.onError(thrown),
      around: (next) =>
        outlet.mark.around(unit.place, callsAi ? () => outlet.ai.around(execution, next) : next),
    };
  }

  mayPause(): void {
    keepOpenLong(this._execution.request, this._execution.server);
  }

  onError(thrown: unknown): void {
    this._outlet.failed(thrown, this._execution);
  }
}

import type { Clock } from "../../src/base/clock.ts";

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs: number;
  /** What the wall clock is ahead of the other one. */
  #setMs = 0;

  constructor(start = "2026-01-15T10:30:00.000Z") {
    this.#nowMs = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#nowMs + this.#setMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Moves on by so many milliseconds. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }

  /** Sets the wall clock by so many milliseconds, while no time passes. */
  set(ms: number): void {
    this.#setMs += ms;
  }
}

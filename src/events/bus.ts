import type { Clock } from "../base/clock.ts";
import { EVENTS, type EventType, type PayloadOf } from "./table.ts";

/** Something that has happened, as subscribers and clients see it (operations.md §10.2). */
export type ServerEvent = { readonly [Type in EventType]: Envelope<Type> }[EventType];

interface Envelope<Type extends EventType> {
  readonly type: Type;
  readonly payload: PayloadOf<Type>;
  /** ISO 8601 in UTC with milliseconds. */
  readonly timestamp: string;
  /** Grows by one for each event of this process. */
  readonly sequence: number;
  readonly channel: (typeof EVENTS)[Type]["channel"];
  /** Execution, run, job or request that it belongs to. */
  readonly correlation_id: string | null;
  /** Host name of this server. */
  readonly node: string;
}

/** What a bus works with. */
export interface EventBusOptions {
  readonly clock: Clock;
  readonly node: string;
  /** Events that may wait for one subscriber. */
  readonly queueMax: number;
}

/** Hands what happens to whoever wants to know it; emitting never waits, and costs next to nothing without subscribers. */
export class EventBus {
  readonly #options: EventBusOptions;
  readonly #subscriptions = new Set<Subscription>();
  #sequence = 0;
  #dropped = 0;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Events lost to subscribers that were too slow, all of them together. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Subscriptions that have not ended. */
  get subscribers(): number {
    return this.#subscriptions.size;
  }

  /** @param correlationId Execution, run, job or request that the event belongs to. */
  emit<Type extends EventType>(
    type: Type,
    payload: PayloadOf<Type>,
    correlationId: string | null = null,
  ): void {
    const sequence = ++this.#sequence;
    if (this.#subscriptions.size === 0) return;
    const event = {
      type,
      payload,
      timestamp: this.#options.clock.now().toISOString(),
      sequence,
      channel: EVENTS[type].channel,
      correlation_id: correlationId,
      node: this.#options.node,
    } as ServerEvent;
    for (const subscription of this.#subscriptions) {
      if (!subscription.offer(event)) this.#dropped++;
    }
  }

  /** Begins to collect events, until the subscription is disposed. */
  subscribe(): Subscription {
    const subscription = new Subscription({
      queueMax: this.#options.queueMax,
      onEnd: () => void this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }
}

/** The events since it began, in their order, for one reader. A reader that is too slow loses the newest. */
export class Subscription implements AsyncIterable<ServerEvent>, Disposable {
  readonly #queueMax: number;
  readonly #onEnd: () => void;
  readonly #waiting: ServerEvent[] = [];
  #wake: (() => void) | null = null;
  #dropped = 0;
  #hasEnded = false;

  constructor({ queueMax, onEnd }: { readonly queueMax: number; readonly onEnd: () => void }) {
    this.#queueMax = queueMax;
    this.#onEnd = onEnd;
  }

  /** Events lost to this reader. */
  get dropped(): number {
    return this.#dropped;
  }

  /** @returns Whether there was room for it. */
  offer(event: ServerEvent): boolean {
    if (this.#waiting.length >= this.#queueMax) {
      this.#dropped++;
      return false;
    }
    this.#waiting.push(event);
    this.#wake?.();
    return true;
  }

  /** Ends with the subscription; what waits then is still read. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ServerEvent, void> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#hasEnded) return;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true;
    this.#onEnd();
    this.#wake?.();
  }
}

/** One server-sent event. */
export interface ServerSentEvent {
  /** One line; JSON is. */
  readonly data: string;
  /** Name of the event; left out for the usual one. */
  readonly event?: string;
  /** What a client that comes back sends as `Last-Event-ID`. */
  readonly id?: string;
}

/** Headers of a stream of events that nothing on the way may keep back. */
export const SSE_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
};

/** Says that the connection is alive; clients do not see it. */
export const SSE_HEARTBEAT: Uint8Array = new TextEncoder().encode(": ping\n\n");

/** An event as it is sent (HTML Standard §9.2). */
export function toSseText({ data, event, id }: ServerSentEvent): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${data}\n${id === undefined ? "" : `id: ${id}\n`}\n`;
}

/** A stream of a log that is read as it comes; let go of by `await using`. */
export interface LogStream extends AsyncDisposable {
  /** Everything received so far. */
  readonly text: string;
  /** The lines among it, in their order. */
  readonly lines: readonly string[];
  /** Whether the server has ended it. */
  readonly isEnded: boolean;
}

/** One event that was received. */
export interface ReceivedEvent {
  readonly event?: string;
  readonly data?: string;
  readonly id?: string;
}

/** Follows a log and reads whatever comes. */
export async function openStream(
  app: { fetch(path: string, init?: RequestInit): Promise<Response> },
  query: string,
  headers: Record<string, string> = {},
): Promise<LogStream> {
  const leaving = new AbortController();
  const path = `/api/v1/exec/logs/stream?${query}`;
  const response = await app.fetch(path, { headers, signal: leaving.signal });
  if (response.status !== 200) throw new Error(`Cannot follow: ${response.status} ${await response.text()}`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let isEnded = false;
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    isEnded = true;
  })().catch(() => "left");
  return {
    get text() {
      return text;
    },
    get lines() {
      return eventsOf(text).flatMap(({ event, data }) =>
        event === undefined && data !== undefined ? [JSON.parse(data).line as string] : [],
      );
    },
    get isEnded() {
      return isEnded;
    },
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await reader.cancel().catch(() => "gone already");
      await reading;
    },
  };
}

/** The events of a stream, comments left out. */
export function eventsOf(text: string): ReceivedEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "" && !block.startsWith(":"))
    .map((block) =>
      Object.fromEntries(
        block.split("\n").map((line) => {
          const at = line.indexOf(": ");
          return [line.slice(0, at), line.slice(at + 2)];
        }),
      ),
    );
}

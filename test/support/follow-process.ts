// A program that follows a log many times and says what came: each stream's bytes up to the line THE END.
import { crc32 } from "node:zlib";

/** What the program is told, as JSON in its first argument. */
export interface FollowOrder {
  readonly url: string;
  readonly count: number;
  /** Milliseconds between two reads of each stream; 0 reads as fast as it can. */
  readonly pauseMs: number;
}

/** What each stream brought, as one line of JSON on standard output. */
export interface Followed {
  /** Of the events up to the last one, heartbeats left out. */
  readonly crc: number;
  readonly bytes: number;
  /** Events with a name of their own: gaps. */
  readonly named: number;
}

const END = Buffer.from("THE END");
const PING = Buffer.from(": ping\n\n");
const EVENT_END = Buffer.from("\n\n");

if (import.meta.main) {
  const order = JSON.parse(process.argv[2] ?? "") as FollowOrder;
  let begun = 0;
  const onBegin = () => {
    if (++begun === order.count) console.log(JSON.stringify({ ready: true }));
  };
  const followed = await Promise.all(Array.from({ length: order.count }, () => follow(order, onBegin)));
  console.log(JSON.stringify(followed));
}

async function follow({ url, pauseMs }: FollowOrder, onBegin: () => void): Promise<Followed> {
  const response = await fetch(url);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let crc = 0;
  let bytes = 0;
  let named = 0;
  let hasBegun = false;
  // The end of the line may come in the next piece.
  let rest = Buffer.alloc(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The stream ended before the last line");
    if (!hasBegun) onBegin();
    hasBegun = true;
    let piece = withoutPings(Buffer.concat([rest, value]));
    const end = piece.indexOf(END);
    const eventEnd = end < 0 ? -1 : piece.indexOf(EVENT_END, end);
    const isLast = eventEnd >= 0;
    const taken = isLast
      ? eventEnd + EVENT_END.length
      : piece.lastIndexOf(EVENT_END) + (piece.includes(EVENT_END) ? 2 : 0);
    rest = Buffer.from(piece.subarray(taken));
    piece = piece.subarray(0, taken);
    if (piece.includes("event: ")) named++;
    crc = crc32(piece, crc);
    bytes += piece.length;
    if (isLast) break;
    if (pauseMs > 0) await Bun.sleep(pauseMs);
  }
  await reader.cancel();
  return { crc, bytes, named };
}

/** They stand between events, so at either end of a piece, or between two that came together. */
function withoutPings(piece: Buffer): Buffer {
  return piece.includes(PING)
    ? Buffer.from(piece.toString("latin1").replaceAll(": ping\n\n", ""), "latin1")
    : piece;
}

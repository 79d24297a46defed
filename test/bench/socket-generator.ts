/**
 * A closed-loop WebSocket load over raw sockets: each connection has some messages on their way, and sends one for
 * each that comes back. A process of its own.
 *
 * Takes a {@link SocketPlan} as JSON in its first argument, prints a {@link SocketReport} as JSON.
 */
import { frame, RawSocket } from "../support/raw-socket.ts";

/** What to send, and for how long. */
export interface SocketPlan {
  readonly url: string;
  readonly durationMs: number;
}

/** What came of it. */
export interface SocketReport {
  readonly messages: number;
  /** Handshakes that were refused. */
  readonly failed: number;
  readonly durationMs: number;
}

const CONNECTIONS = 32;
/** Messages of one connection that are on their way at once. */
const IN_FLIGHT = 8;
/** 57 bytes, as a chat sends them (performance.md §8). */
const MESSAGE = JSON.stringify({ type: "chat", text: "hello world hello world", id: 12345 });
const FRAME = frame(MESSAGE);
/** What comes back is not masked, so it is four bytes shorter. */
const ECHO_BYTES = FRAME.length - 4;
const BURSTS = Array.from({ length: IN_FLIGHT * 4 }, (_, count) =>
  Buffer.concat(Array.from({ length: count }, () => FRAME)),
);

if (import.meta.main)
  console.log(JSON.stringify(await generate(JSON.parse(Bun.argv[2] ?? "") as SocketPlan)));

async function generate({ url, durationMs }: SocketPlan): Promise<SocketReport> {
  const { origin, pathname } = new URL(url);
  const sockets = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => RawSocket.open(origin, pathname)),
  );
  const failed = sockets.filter(({ status }) => status !== 101).length;
  let messages = 0;
  let isOver = false;
  const startedMs = performance.now();
  for (const socket of sockets) {
    let bytes = 0;
    // Counting bytes instead of frames keeps the client out of the way of what is measured.
    socket.tap((chunk) => {
      bytes += chunk.length;
      const whole = Math.floor(bytes / ECHO_BYTES);
      bytes -= whole * ECHO_BYTES;
      messages += whole;
      if (whole > 0 && !isOver) socket.send(BURSTS[whole] ?? Buffer.alloc(0));
    });
    socket.send(BURSTS[IN_FLIGHT] as Buffer);
  }
  await Bun.sleep(durationMs);
  isOver = true;
  const tookMs = performance.now() - startedMs;
  const report = { messages, failed, durationMs: tookMs };
  await Promise.all(sockets.map((each) => each[Symbol.asyncDispose]()));
  return report;
}

import { closeFrame, frame, type RawSocket } from "../support/raw-socket.ts";
import { count } from "./tally.ts";
import type { SoakClient, SoakVisit } from "./visit.ts";

/** TABLE: clients of sockets. */
export const SOCKET_CLIENTS: readonly SoakClient[] = [
  {
    name: "echoing sockets",
    count: 2,
    everyMs: 50,
    async turn(visit, n) {
      await using socket = await visit.open("/sockets");
      for (const text of [`hello ${n}`, "é".repeat(1_000), "x".repeat(50_000)]) {
        socket.send(frame(text));
        await visit.hear(socket, text);
      }
      await closePolitely(socket);
    },
  },
  {
    name: "sockets whose handler throws",
    count: 1,
    everyMs: 200,
    async turn(visit) {
      await using socket = await visit.open("/sockets");
      socket.send(frame("throw"));
      await visit.hear(socket, "caught");
      count(visit.tally.expected, "socket handler");
      await closePolitely(socket);
    },
  },
  {
    name: "sockets that the script closes",
    count: 1,
    everyMs: 100,
    async turn(visit) {
      await using socket = await visit.open("/sockets");
      socket.send(frame("close me"));
      await requireClose(socket, "close 4000 asked");
    },
  },
  {
    name: "broadcasts",
    count: 1,
    everyMs: 100,
    async turn(visit, n) {
      const opened = await Promise.all(Array.from({ length: 5 }, () => visit.open("/chat")));
      await using stack = new AsyncDisposableStack();
      for (const socket of opened) stack.use(socket);
      await Promise.all(opened.map((socket) => visit.hear(socket, "welcome")));
      if (n % 2 === 0) opened[0]?.send(frame(`said ${n}`));
      else {
        const headers = { "content-type": "application/json" };
        await visit.ask("/chat", { method: "POST", headers, body: JSON.stringify({ text: `said ${n}` }) });
      }
      await Promise.all(opened.map((socket) => visit.hear(socket, `said ${n}`)));
      // Three close, two are cut at the end of the scope.
      await Promise.all(opened.slice(0, 3).map(closePolitely));
    },
  },
  {
    name: "sockets that stay a while",
    count: 5,
    everyMs: 20,
    async turn(visit, n) {
      await using socket = await visit.open("/chat");
      await visit.hear(socket, "welcome");
      await Bun.sleep(1_000 + (n % 10) * 200);
      if (n % 2 === 0) await closePolitely(socket);
      visit.tally.messages += socket.frames.length;
    },
  },
  {
    name: "rooms with a timer of their own",
    count: 1,
    everyMs: 100,
    async turn(visit, n) {
      await using socket = await visit.open(`/rooms/${n % 20}`);
      await visit.hear(socket, "tick");
      if (n % 2 === 0) await closePolitely(socket);
    },
  },
  {
    name: "sockets of a script that takes none",
    count: 1,
    everyMs: 200,
    async turn(visit) {
      await using socket = await visit.open("/hello");
      await requireClose(socket, "close 4400");
      count(visit.tally.expected, "socket not accepted");
    },
  },
  cuts("in the middle of a frame", "/sockets", async (socket) =>
    socket.send(frame("x".repeat(500)).subarray(0, 100)),
  ),
  cuts("in the middle of a message", "/sockets", async (socket) => socket.send(frame("x", { fin: false }))),
  cuts("with an answer on its way", "/sockets", async (socket) => socket.send(frame("x".repeat(50_000)))),
  cuts("while it is flooded", "/flood", async (socket) => socket.pause()),
  {
    name: "sockets cut during the handshake",
    count: 1,
    everyMs: 100,
    async turn(visit) {
      const handshake = [
        "GET /sockets HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
      ].join("\r\n");
      await visit.cut("socket handshake", `${handshake}\r\n\r\n`, { ms: 0 });
    },
  },
];

/** Paths whose scripts tell how many sockets they know of. */
export const SOCKET_PATHS: readonly string[] = ["/sockets", "/chat", "/flood", "/rooms/1"];

async function closePolitely(socket: RawSocket): Promise<void> {
  socket.send(closeFrame(1000, "bye"));
  await requireClose(socket, "close 1000");
}

/** Waits for the end of a socket. @throws {Error} when no such close frame came. */
export async function requireClose(socket: RawSocket, wanted: string): Promise<void> {
  const seen = await socket.untilEnd();
  if (!seen.some((each) => each.startsWith(wanted))) throw new Error(`not "${wanted}" but ${seen.slice(-3)}`);
}

function cuts(when: string, path: string, begin: (socket: RawSocket) => Promise<void>): SoakClient {
  return {
    name: `sockets cut ${when}`,
    count: 1,
    everyMs: 100,
    async turn(visit: SoakVisit) {
      {
        await using socket = await visit.open(path);
        await begin(socket);
        await Bun.sleep(2);
      }
      count(visit.tally.cut, `socket ${when}`);
    },
  };
}

/** Sockets that the scripts of the mix know of. */
export async function countKnown(visit: SoakVisit): Promise<number> {
  const texts = await Promise.all(SOCKET_PATHS.map((path) => visit.ask(path)));
  return texts.reduce((sum, text) => sum + (JSON.parse(text) as { connected: number }).connected, 0);
}

import { connect, type Socket } from "node:net";

/** A connection of a client that does what it likes with bytes. */
export interface SlowConnection {
  readonly socket: Socket;
  /** What came back, as far as it was read: the first {@link KEPT} characters. */
  received(): string;
  /** Whether the server has closed it. */
  readonly isClosed: boolean;
}

const KEPT = 4_096;

/** Connects and sends the beginning of a request. @param options.reads Whether it reads what comes back. */
export function slowConnection(
  url: string,
  beginning: string,
  { reads = true }: { readonly reads?: boolean } = {},
): Promise<SlowConnection> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<SlowConnection>();
  let received = "";
  let isClosed = false;
  const socket = connect(Number(port), hostname, () => {
    socket.write(beginning);
    resolve({
      socket,
      received: () => received,
      get isClosed() {
        return isClosed;
      },
    });
  });
  socket.on("error", (error) => {
    isClosed = true;
    reject(error);
  });
  socket.on("close", () => {
    isClosed = true;
  });
  if (reads) {
    socket.on("data", (chunk) => {
      if (received.length < KEPT) received += chunk.toString("latin1");
    });
  } else socket.pause();
  return promise;
}

/**
 * Sends bytes over a socket of its own and answers what came back until the peer closes, or until the text satisfies
 * `isDone`. For requests that no HTTP client would send.
 */
export async function sendRaw(
  url: string,
  bytes: string,
  isDone: (received: string) => boolean = () => false,
): Promise<string> {
  const { hostname, port } = new URL(url);
  const ended = Promise.withResolvers<string>();
  let received = "";
  const socket = await Bun.connect({
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port),
    socket: {
      data(_socket, chunk) {
        received += chunk.toString("latin1");
        if (isDone(received)) ended.resolve(received);
      },
      close: () => ended.resolve(received),
      error: (_socket, error) => ended.reject(error),
    },
  });
  try {
    socket.write(bytes);
    return await ended.promise;
  } finally {
    socket.end();
  }
}

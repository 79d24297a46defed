/** A socket that is open on this side, too: one that is closed earlier is dropped without a close frame. */
export async function openSocket(serverUrl: string, path: string): Promise<WebSocket> {
  const socket = new WebSocket(serverUrl.replace("http", "ws") + path);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.onopen = () => resolve();
  socket.onclose = ({ code, reason }) => reject(new Error(`Cannot open ${path}: ${code} ${reason}`));
  await promise;
  return socket;
}

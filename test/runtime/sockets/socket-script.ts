import type { ListeningApp } from "../../support/listening-app.ts";
import { RawSocket } from "../../support/raw-socket.ts";

/** First lines of a script whose sockets are seen from their clients (script-runtime.md §11). */
export const SOCKET = "// @mode worker\n// @websocket\n";

/** Connects to one. */
export const open = (server: ListeningApp, path: string) => RawSocket.open(server.url, path);

import { SocketCounts } from "../../metrics/socket-counts.ts";

/** What happened to all sockets since the start of the process. */
export class SocketCounters extends SocketCounts {
  /** Handshakes refused because of `--sockets-max`. */
  refused = 0;
  /** Sockets cut off because of `--socket-backlog-max`. */
  cutOff = 0;
}

/** What happened to sockets, of one script or of all (metrics.md §2, §3). */
export class SocketCounts {
  /** Sockets whose handshake succeeded. */
  opened = 0;
  /** Closed with 1000 or 1001 (metrics.md §2). */
  normalCloses = 0;
  /** Closed with any other code, or without one. */
  abnormalCloses = 0;
  /** Milliseconds that closed sockets were open, together. */
  sessionMsTotal = 0;
  /** Of the one that was open for longest. */
  sessionMsMax = 0;

  get closed(): number {
    return this.normalCloses + this.abnormalCloses;
  }

  /** Open now. */
  get active(): number {
    return this.opened - this.closed;
  }

  /** Mean milliseconds of closed sockets; 0 for none. */
  get sessionMsMean(): number {
    return this.closed === 0 ? 0 : this.sessionMsTotal / this.closed;
  }

  /**
   * @param code Of the close frame; 1005 for one without a code, 1006 where there was none.
   * @param sessionMs How long the socket was open.
   */
  noteClosed(code: number, sessionMs: number): void {
    this.sessionMsTotal += sessionMs;
    this.sessionMsMax = Math.max(this.sessionMsMax, sessionMs);
    if (code === 1000 || code === 1001) this.normalCloses++;
    else this.abnormalCloses++;
  }
}

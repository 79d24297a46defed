/** What Hono carries through one control request. */
export interface ControlEnv {
  Bindings: {
    /** Address of the socket's peer. */
    readonly peerIp: string;
  };
  Variables: {
    /** Goes into `X-Request-Id` and the log. */
    requestId: string;
  };
}

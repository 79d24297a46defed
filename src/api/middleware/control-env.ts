/** What is known of the connection that a control request came on. */
export interface Connection {
  /** Address of the socket's peer. */
  readonly peerIp: string;
  /** Keeps the connection open while something is waited for that may take longer than it may be quiet. */
  readonly whileOpen: <T>(wait: Promise<T>) => Promise<T>;
  /** Lets the connection be quiet for long. */
  readonly keepOpen: () => void;
}

/** What Hono carries through one control request. */
export interface ControlEnv {
  Bindings: Connection & {
    /** As sent: a HEAD is routed as a GET. */
    readonly method: string;
  };
  Variables: {
    /** Goes into `X-Request-Id` and the log. */
    requestId: string;
  };
}

import type { Directives } from "../../directives/table.ts";
import type { RouteMatch } from "../../routing/route-table.ts";
import { SocketHub, type SocketOwner } from "./hub.ts";

/** Codes of ours in the range for private use (RFC 6455 §7.4.2), after the HTTP statuses they resemble. */
export const SOCKET_CODES = { goingAway: 1001, notAccepted: 4400, scriptMissing: 4404 } as const;

/** The socket hubs of one deployment, by script and route value. */
export class DeploymentHubs {
  readonly #hubs = new Map<string, SocketHub>();
  readonly #deployment: SocketOwner;

  constructor(deployment: SocketOwner) {
    this.#deployment = deployment;
  }

  find(match: RouteMatch): SocketHub | undefined {
    return this.#hubs.get(toKey(match));
  }

  /** The hub of a route; made on first use. */
  of(match: RouteMatch): SocketHub {
    const key = toKey(match);
    const known = this.#hubs.get(key);
    if (known !== undefined) return known;
    const hub: SocketHub = new SocketHub({
      file: match.file,
      deployment: this.#deployment,
      isKept: Object.keys(match.parameters).length === 0,
      drop: () => {
        if (this.#hubs.get(key) === hub) this.#hubs.delete(key);
      },
    });
    this.#hubs.set(key, hub);
    return hub;
  }

  /**
   * Closes the sockets of scripts that take none any more.
   *
   * @param declaredBy What a script declares now; null when it is gone, undefined when nothing is known.
   */
  review(declaredBy: (file: string) => Directives | null | undefined): void {
    for (const hub of [...this.#hubs.values()]) {
      const declared = declaredBy(hub.file);
      if (declared === undefined) continue;
      if (declared === null || !declared.enabled) hub.close(SOCKET_CODES.scriptMissing, "The script is gone");
      else if (!takesSockets(declared)) hub.close(SOCKET_CODES.notAccepted, NOT_ACCEPTED);
    }
  }

  /** Closes all sockets; their clients may come back. */
  closeAll(reason: string): void {
    for (const hub of [...this.#hubs.values()]) hub.close(SOCKET_CODES.goingAway, reason);
  }
}

/** Why a script that is no socket script closes a socket. */
export const NOT_ACCEPTED = "The script takes no WebSockets: it needs // @mode worker and // @websocket";

/** Whether a script answers handshakes. */
export function takesSockets({ websocket, mode }: Directives): boolean {
  return websocket && mode === "worker";
}

function toKey({ file, parameters }: RouteMatch): string {
  return `${file}\n${JSON.stringify(parameters)}`;
}

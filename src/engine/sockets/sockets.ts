import type { WebSocketHandler } from "bun";
import { ExecError } from "../../errors/exec-error.ts";
import type { Endpoint } from "../endpoint.ts";
import type { LoadedScript } from "../script-unit.ts";
import type { Handshake, SocketAdmission, SocketPlaces, SocketsServices } from "./admission.ts";
import type { SocketCounters } from "./counters.ts";
import { NOT_ACCEPTED, SOCKET_CODES } from "./deployment-hubs.ts";
import type { HubFacade } from "./hub-facade.ts";
import type { SocketPeer, SocketSession } from "./session.ts";

/** The sockets' share of the settings. */
export interface SocketsSettings {
  readonly socketsMax: number;
  readonly messageBytesMax: number;
  readonly backlogBytesMax: number;
  /** Milliseconds without a byte after which a socket counts as dead; 0 for never. */
  readonly idleTimeoutMs: number;
  readonly compresses: boolean;
}

/** Every socket of the process: lets them in, hands their events to sessions, closes them at the end. */
export class Sockets implements Disposable {
  readonly counters: SocketCounters;
  /** What `Bun.serve` calls; a façade is made when a socket opens, so a message costs one call (performance.md §8). */
  readonly handler: WebSocketHandler<SocketPeer>;
  readonly #services: SocketsServices;
  readonly #settings: SocketsSettings;
  readonly #places: SocketPlaces;
  readonly #sessions = new Set<SocketSession>();
  #entering = 0;
  #admission: Promise<SocketAdmission> | null = null;
  #isClosing = false;

  constructor(services: SocketsServices, settings: SocketsSettings) {
    this.#services = services;
    this.counters = services.counters;
    this.#settings = settings;
    this.#places = this.#createPlaces();
    this.handler = {
      open: (raw) => raw.data.opened(raw),
      message: (raw, data) => {
        // A loop that was ended belongs to an earlier message or request.
        services.loopTurns.begin();
        raw.data.received(data);
      },
      drain: (raw) => raw.data.drained(),
      ping: (raw, data) => raw.data.pinged(data),
      pong: (raw, data) => raw.data.ponged(data),
      close: (raw, code, reason) => raw.data.closed(code, reason),
      maxPayloadLength: settings.messageBytesMax,
      backpressureLimit: settings.backlogBytesMax,
      closeOnBackpressureLimit: false,
      idleTimeout: Math.ceil(settings.idleTimeoutMs / 1000),
      sendPings: true,
      perMessageDeflate: settings.compresses,
    };
  }

  /** Answers a handshake to a script that takes sockets. Never rejects. */
  async answer(endpoint: Endpoint, loaded: LoadedScript, handshake: Handshake): Promise<Response> {
    const admission = await this.#loadAdmission();
    return await admission.answer(endpoint, loaded, handshake);
  }

  /** `ws` of a plain HTTP request to a script. */
  async viewOf(endpoint: Endpoint): Promise<HubFacade> {
    return (await this.#loadAdmission()).viewOf(endpoint);
  }

  /** Closes every socket and lets no other in: clients are told to come back elsewhere, or later. */
  closeAll(code: number, reason: string): void {
    this.#isClosing = true;
    for (const session of [...this.#sessions]) session.close(code, reason);
  }

  [Symbol.dispose](): void {
    this.closeAll(SOCKET_CODES.goingAway, "The server stops");
  }

  /** Loaded on first use: most servers start without a socket, and would start 3 ms later. */
  #loadAdmission(): Promise<SocketAdmission> {
    this.#admission ??= import("./admission.ts").then(
      ({ SocketAdmission }) => new SocketAdmission(this.#services, this.#places),
    );
    return this.#admission;
  }

  #requireRoom(): void {
    if (this.#isClosing) throw new ExecError("shuttingDown");
    const { socketsMax } = this.#settings;
    if (this.#sessions.size + this.#entering < socketsMax) return;
    this.counters.refused++;
    throw new ExecError("socketsFull", `${socketsMax} sockets are open, the limit of --sockets-max`);
  }

  #createPlaces(): SocketPlaces {
    const { log, explain, clock, mark, hostGuard } = this.#services;
    const isClosing = () => this.#isClosing;
    return {
      get isClosing() {
        return isClosing();
      },
      enter: () => {
        this.#requireRoom();
        this.#entering++;
        return () => {
          this.#entering--;
        };
      },
      compresses: this.#settings.compresses,
      mark,
      hostGuard,
      backlogBytesMax: this.#settings.backlogBytesMax,
      opened: (session) => {
        this.#sessions.add(session);
        this.counters.opened++;
        session.metrics?.noteOpened(session.startedMs);
      },
      closed: (session, code) => {
        this.#sessions.delete(session);
        const nowMs = clock.monotonicMs();
        this.counters.noteClosed(code, nowMs - session.startedMs);
        session.metrics?.noteClosed(code, session.startedMs, nowMs);
      },
      cutOff: () => {
        this.counters.cutOff++;
      },
      failed: ({ run, socket }, thrown, handler) => {
        const report = explain(thrown);
        const script = report.script ?? run.loaded.compiled.file;
        log.error({ ...report, script, handler, socketId: socket.id }, "A socket handler failed");
      },
    };
  }
}

/** What a handshake meets at a script that takes no sockets: a close code, which browsers show, and no answer. */
export const REFUSED_PEER: SocketPeer = {
  opened: (raw) => raw.close(SOCKET_CODES.notAccepted, NOT_ACCEPTED),
  received: () => undefined,
  drained: () => undefined,
  pinged: () => undefined,
  ponged: () => undefined,
  closed: () => undefined,
};

import type { RouteTable } from "../routing/route-table.ts";
import type { Endpoint } from "./endpoint.ts";

/** Longest URL remembered, in UTF-16 units: what lies behind a catch-all must not fill the memory. */
const URL_LENGTH_MAX = 1_024;

/** URL without its query → where it leads; forgotten as a whole when the set of scripts changes. */
export class EndpointCache {
  readonly #routes: Pick<RouteTable, "version">;
  readonly #urlsMax: number;
  readonly #endpoints = new Map<string, Endpoint>();
  #version = -1;
  #evicted = 0;

  constructor(routes: Pick<RouteTable, "version">, urlsMax: number) {
    this.#routes = routes;
    this.#urlsMax = urlsMax;
  }

  /** URLs forgotten because there were too many. */
  get evicted(): number {
    return this.#evicted;
  }

  find(url: string): Endpoint | undefined {
    if (this.#version === this.#routes.version) return this.#endpoints.get(withoutQuery(url));
    this.#endpoints.clear();
    this.#version = this.#routes.version;
    return undefined;
  }

  remember(url: string, endpoint: Endpoint): void {
    if (url.length > URL_LENGTH_MAX || this.#urlsMax === 0) return;
    const oldest = this.#endpoints.size >= this.#urlsMax ? this.#endpoints.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#endpoints.delete(oldest);
      this.#evicted++;
    }
    this.#endpoints.set(withoutQuery(url), endpoint);
  }

  forget(url: string): void {
    this.#endpoints.delete(withoutQuery(url));
  }
}

function withoutQuery(url: string): string {
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}

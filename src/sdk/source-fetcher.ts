import type { IncomingMessage } from "node:http";
import { withDeadline } from "../base/deadline.ts";
import { isError } from "../base/realm.ts";
import { codeOf } from "../base/system-error.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import { isPublicAddress } from "./public-address.ts";
import { reasonAgainst } from "./source-url.ts";

/** Redirects that are followed. */
const REDIRECTS_MAX = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** One address of a name. */
interface Address {
  readonly address: string;
  readonly family: number;
}

/** Bounds of a {@link SourceFetcher}, and what a test puts in the place of the machine's own. */
export interface SourceFetcherOptions {
  readonly bytesMax: number;
  /** Milliseconds for all of it, redirects and body included. */
  readonly timeoutMs: number;
  /** Whether http and addresses that are not public are called, too. */
  readonly allowLocal: boolean;
  /** Every address of a name; asks the system when left out. */
  readonly lookup?: (hostname: string) => Promise<readonly Address[]>;
  /** Certificate to trust besides the usual ones, as PEM. */
  readonly ca?: string;
}

/** Text of a source, and the address it came from after all redirects. */
export interface FetchedSource {
  readonly text: string;
  readonly url: URL;
}

/**
 * Fetches the documents that callers name, without becoming their way into this machine's network.
 *
 * Each hop is held against {@link reasonAgainst}, and the connection goes to the very addresses that were looked at: a
 * name that resolves to something else a moment later gains nothing. (fetch resolves by itself, so it cannot be used.)
 */
export class SourceFetcher {
  readonly #options: SourceFetcherOptions;

  constructor(options: SourceFetcherOptions) {
    this.#options = options;
  }

  /**
   * @param authorization Header for the origin of `url`; other origins a redirect leads to do not see it.
   * @throws {ExecError} `sourceUnavailable`; `sourceUnusable` when it is too large.
   */
  async fetch(url: URL, authorization: string | null): Promise<FetchedSource> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      for (let at = url, hops = 0; hops <= REDIRECTS_MAX; hops++) {
        const answer = await this.#ask(at, at.origin === url.origin ? authorization : null, signal);
        const { statusCode = 0, headers } = answer;
        if (statusCode === 200) return { text: await this.#readText(answer), url: at };
        answer.destroy();
        if (!REDIRECTS.has(statusCode)) throw unavailable(`it answered ${statusCode}`);
        at = this.#redirected(headers.location, at);
      }
      throw unavailable(`it redirects more than ${REDIRECTS_MAX} times`);
    } catch (error) {
      if (isExecError(error)) throw error;
      throw signal.aborted
        ? unavailable(`it took longer than ${this.#options.timeoutMs} ms`, error)
        : unavailable(reasonOf(error), error);
    }
  }

  /** Whether a name leads to the public Internet only; true for one that leads nowhere, or does not say in time. */
  async isPublicName(hostname: string): Promise<boolean> {
    if (this.#options.allowLocal) return true;
    try {
      const late = () => new Error("The name took too long to resolve");
      const addresses = await withDeadline(this.#addressesOf(hostname), this.#options.timeoutMs, late);
      return addresses.every(({ address }) => isPublicAddress(address));
    } catch {
      return true; // It does not resolve, so nothing is behind it.
    }
  }

  #redirected(location: string | undefined, from: URL): URL {
    const url = URL.parse(location ?? "", from.href);
    const reason =
      url === null || location === undefined ? "is no URL" : reasonAgainst(url, this.#options.allowLocal);
    if (url === null || reason !== null) throw unavailable(`the address it redirects to ${reason}`);
    return url;
  }

  async #ask(url: URL, authorization: string | null, signal: AbortSignal): Promise<IncomingMessage> {
    // Loaded when somebody imports: together they cost 3 MB.
    const { request } = await (url.protocol === "https:" ? import("node:https") : import("node:http"));
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request(url, {
      signal,
      agent: false,
      lookup: (hostname, _options, done) => {
        this.#allowedAddresses(hostname).then(
          (addresses) => done(null, addresses as never),
          (error) => done(error, []),
        );
      },
      headers: {
        accept: "application/json, application/yaml;q=0.9, */*;q=0.1",
        "accept-encoding": "identity",
        "user-agent": "hoody-exec",
        ...(authorization === null ? {} : { authorization }),
      },
      ...(this.#options.ca === undefined ? {} : { ca: this.#options.ca }),
    });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end();
    return promise;
  }

  async #allowedAddresses(hostname: string): Promise<readonly Address[]> {
    const addresses = await this.#addressesOf(hostname);
    if (this.#options.allowLocal || addresses.every(({ address }) => isPublicAddress(address)))
      return addresses;
    throw Object.assign(new Error("A name leads to an address that is not public"), { code: "ENOTPUBLIC" });
  }

  async #addressesOf(hostname: string): Promise<readonly Address[]> {
    const { lookup } = this.#options;
    if (lookup !== undefined) return lookup(hostname);
    return (await import("node:dns/promises")).lookup(hostname, { all: true });
  }

  async #readText(answer: IncomingMessage): Promise<string> {
    const { bytesMax } = this.#options;
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > bytesMax) {
        answer.destroy();
        throw new ExecError(
          "sourceUnusable",
          `Cannot import the source: it is over the limit of ${bytesMax} bytes`,
          {
            details: { field: "source_url", reason: "too large", maxBytes: bytesMax },
            limit: "sdkDocumentMax",
          },
        );
      }
      chunks.push(chunk);
    }
    return new TextDecoder().decode(Buffer.concat(chunks));
  }
}

function unavailable(reason: string, cause?: unknown): ExecError {
  return new ExecError("sourceUnavailable", `Cannot fetch the source: ${reason}`, {
    details: { field: "source_url", reason },
    cause,
  });
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === "ENOTPUBLIC") return "its name leads to an address that is not public";
  if (code === "ENOTFOUND" || code === "DNS_ENOTFOUND") return "its name does not resolve";
  return code === "" && !isError(error)
    ? "the connection failed"
    : `the connection failed${code === "" ? "" : ` (${code})`}`;
}

/** Where a client sends its calls, and what it sends along. */
export interface ClientConfig {
  /** Address of the server, such as `http://127.0.0.1:8081`; a path below which it is mounted may follow. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer …` when given. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until a call is given up; 30,000 when left out, 0 for no limit. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** What one call may set: everything of `fetch`, and by whom it is made. */
export type CallOptions = RequestInit & { readonly config?: ClientConfig };

/** The server's answer to a call that it refused or could not carry out. */
export class ExecApiError extends Error {
  override readonly name = "ExecApiError";
  readonly status: number;
  /** `VALIDATION_ERROR`, `ERROR_404`, …; empty when the answer was not in our envelope. */
  readonly code: string;
  readonly details: unknown;
  readonly requestId: string | null;

  constructor(response: Response, body: unknown) {
    const envelope = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    super(
      typeof envelope["error"] === "string" ? envelope["error"] : `The server answered ${response.status}`,
    );
    this.status = response.status;
    this.code = typeof envelope["code"] === "string" ? envelope["code"] : "";
    this.details = envelope["details"];
    this.requestId = response.headers.get("x-request-id");
  }
}

/**
 * Makes one call of the generated code.
 *
 * @param path With query, from the root of the server.
 * @returns The success body: parsed JSON, the text of other media types, and the response itself for a stream.
 * @throws {ExecApiError} When the status is not one of success.
 */
export async function request<T>(path: string, options: CallOptions): Promise<T> {
  const limit = timeLimit(options.config?.timeoutMs);
  const response = await send(path, options, limit.signal);
  if (!response.ok) throw new ExecApiError(response, await bodyOf(response));
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
    // It goes on for as long as the caller reads it.
    limit.lift();
    return response as T;
  }
  return (await bodyOf(response)) as T;
}

/** The server's answer to a call, whatever its status. */
export function respond(path: string, options: CallOptions): Promise<Response> {
  return send(path, options, timeLimit(options.config?.timeoutMs).signal);
}

function send(path: string, { config, ...init }: CallOptions, limit: AbortSignal): Promise<Response> {
  if (config === undefined) throw new TypeError("Generated functions are called through a HoodyClient");
  const headers = new Headers(config.headers);
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  if (config.token !== undefined) headers.set("authorization", `Bearer ${config.token}`);
  return (config.fetch ?? fetch)(`${config.baseUrl.replace(/\/+$/, "")}${path}`, {
    ...init,
    headers,
    signal: init.signal == null ? limit : AbortSignal.any([init.signal, limit]),
  });
}

/** The end of a call's time, which can be lifted while it lasts. @param timeoutMs 0 for none. */
function timeLimit(timeoutMs = 30_000): { readonly signal: AbortSignal; lift(): void } {
  const limit = new AbortController();
  const expire = () => limit.abort(new DOMException("The call took too long", "TimeoutError"));
  const timer = timeoutMs > 0 ? setTimeout(expire, timeoutMs) : undefined;
  // A process may end before the limit; browsers have plain numbers for timers.
  (timer as { unref?: () => void } | undefined)?.unref?.();
  return { signal: limit.signal, lift: () => clearTimeout(timer) };
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!/\bjson\b/.test(response.headers.get("content-type") ?? "")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

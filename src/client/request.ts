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
  const response = await respond(path, options);
  if (!response.ok) throw new ExecApiError(response, await bodyOf(response));
  if (response.headers.get("content-type")?.startsWith("text/event-stream")) return response as T;
  return (await bodyOf(response)) as T;
}

/** The server's answer to a call, whatever its status. */
export function respond(path: string, { config, ...init }: CallOptions): Promise<Response> {
  if (config === undefined) throw new TypeError("Generated functions are called through a HoodyClient");
  const { timeoutMs = 30_000 } = config;
  const headers = new Headers(config.headers);
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  if (config.token !== undefined) headers.set("authorization", `Bearer ${config.token}`);
  const limits = [init.signal, timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : null].filter(
    (each) => each != null,
  );
  const signal = limits.length > 0 ? AbortSignal.any(limits) : null;
  return (config.fetch ?? fetch)(`${config.baseUrl.replace(/\/+$/, "")}${path}`, {
    ...init,
    headers,
    signal,
  });
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

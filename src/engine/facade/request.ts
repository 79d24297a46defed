import { toRecord } from "../../base/record.ts";
import type { Execution } from "../execution.ts";
import { closeClass } from "../harden.ts";
import { showAs } from "./shown.ts";

/** A file of a multipart body. */
export interface UploadedFile {
  readonly fieldName: string;
  readonly filename: string;
  readonly type: string;
  readonly size: number;
  readonly data: Buffer;
}

/**
 * `req` of a script (script-runtime.md §5). There is no `query` on purpose: it is `metadata.query`.
 *
 * Members are computed when they are read; `_` fields instead of `#` ones, because one of these is made for each
 * request and private fields cost 5 % of it (performance.md §3.1).
 */
export class ScriptRequest {
  /** Parsed body; null for GET and HEAD. */
  body: unknown;
  /** The bytes received, exactly, when the body was parsed. */
  rawBody: Buffer | undefined;
  /** Files of a multipart body. */
  files: readonly UploadedFile[] | undefined;
  private _execution: Execution;
  private _headers: Record<string, string> | undefined;
  private _params: Record<string, string | string[]> | undefined;

  constructor(execution: Execution) {
    this._execution = execution;
    this._headers = undefined;
    this._params = undefined;
    this.body = execution.body?.value ?? null;
    this.rawBody = execution.body?.raw;
    this.files = execution.body?.files;
  }

  get method(): string {
    return this._execution.method;
  }

  /** Path and query string, as received. */
  get url(): string {
    return this._execution.pathAndQuery;
  }

  get path(): string {
    return this._execution.path;
  }

  /** Lower-case names; a repeated field is joined with ", ". */
  get headers(): Record<string, string> {
    this._headers ??= this._execution.request.headers.toJSON() as Record<string, string>;
    return this._headers;
  }

  /** Aborted when the client is gone, the time limit is over or the server stops. */
  get signal(): AbortSignal {
    return this._execution.signal;
  }

  /** Route parameters. */
  get params(): Readonly<Record<string, string | string[]>> {
    // A copy: the endpoint's own is there for every request that comes this way.
    this._params ??= { ...this._execution.endpoint.match.parameters };
    return this._params;
  }

  get ip(): string {
    return this._execution.clientIp;
  }

  get cookies(): Record<string, string> {
    return parseCookies(this._execution.request.headers.get("cookie"));
  }

  get(name: string): string | undefined {
    return this._execution.request.headers.get(name) ?? undefined;
  }
}

/** RFC 6265 §5.4, read leniently: the first of equal names wins, bad percent-encoding is kept as it is. */
function parseCookies(header: string | null): Record<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at).trim();
    if (at < 0 || name === "" || cookies.has(name)) continue;
    const value = pair
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, "$1");
    try {
      cookies.set(name, decodeURIComponent(value));
    } catch {
      cookies.set(name, value);
    }
  }
  return toRecord(cookies);
}

/** Fields that lead to the server's own objects, or hold what a member shows. */
const HIDDEN: ReadonlySet<string> = new Set(["_execution", "_headers", "_params"]);

showAs(ScriptRequest, (req) => {
  const { method, url, path, headers, params, ip, cookies } = req;
  // What `pre` left on it comes along, under whatever name.
  const own = Object.entries(req).filter(([name]) => !HIDDEN.has(name));
  return { method, url, path, headers, params, ip, cookies, ...Object.fromEntries(own) };
});

/** The class is shared by all scripts: nothing may be hung on it, nor may it lead to the server's realm. */
closeClass(ScriptRequest);

import { isSecretKey, redactUrl } from "../base/redact.ts";
import { redactForm, redactJson } from "../base/redact-body.ts";
import type { BodyMode, LogPolicy } from "./policy.ts";

/** A body as it went over the wire. */
export interface LoggedBody {
  /** Content-Type; "" for none. */
  readonly type: string;
  /** Its first bytes; all of them unless it is larger than what is kept. */
  readonly head: Uint8Array;
  /** Bytes of the whole body; null when nobody has seen its end. */
  readonly size: number | null;
}

/** How an answer went out. */
export type Delivery = "complete" | "aborted" | "failed";

/** One request to a script and its answer. */
export interface AccessRecord {
  readonly time: Date;
  readonly executionId: string;
  readonly method: string;
  /** Path and query as received. */
  readonly url: string;
  readonly status: number;
  readonly durationMs: number;
  /** Relative to the scripts root. */
  readonly script: string;
  readonly clientIp: string;
  /** Of a stream: how it ended. */
  readonly delivery: Delivery | null;
  /** What went wrong, in a few words; null for nothing. */
  readonly error: string | null;
  readonly requestHeaders: Headers;
  readonly responseHeaders: Headers;
  readonly requestBody: LoggedBody | null;
  readonly responseBody: LoggedBody | null;
}

/** Something a script printed. */
export interface ConsoleRecord {
  readonly time: Date;
  readonly executionId: string;
  readonly level: string;
  readonly message: string;
}

const MASK = "***";

/** Headers whose values are URLs. */
const URL_HEADERS: ReadonlySet<string> = new Set(["location", "referer", "content-location"]);

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The line of a request: JSON with what the script wants to have logged, secrets masked. */
export function toAccessLine(record: AccessRecord, policy: LogPolicy): string {
  const { time, executionId, method, url, status, durationMs, script, clientIp } = record;
  return JSON.stringify({
    time: time.toISOString(),
    type: "request",
    executionId,
    method,
    path: redactUrl(url),
    status,
    durationMs: Math.round(durationMs * 1000) / 1000,
    ...(policy.isMinimal
      ? {}
      : {
          script,
          clientIp,
          ...(record.delivery === null ? {} : { delivery: record.delivery }),
          ...(record.error === null ? {} : { error: record.error }),
        }),
    ...(policy.hasHeaders
      ? {
          requestHeaders: toShownHeaders(record.requestHeaders, policy),
          responseHeaders: toShownHeaders(record.responseHeaders, policy),
        }
      : {}),
    ...toShownBody("requestBody", record.requestBody, policy.requestBody, policy),
    ...toShownBody("responseBody", record.responseBody, policy.responseBody, policy),
  });
}

/** The line of something that was printed. */
export function toConsoleLine({ time, executionId, level, message }: ConsoleRecord): string {
  return JSON.stringify({ time: time.toISOString(), type: "console", executionId, level, message });
}

function toShownHeaders(headers: Headers, { maskedHeaders }: LogPolicy): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of headers) {
    const isMasked = maskedHeaders.has(name) || isSecretKey(name) || isSecretKey(name.replace(/^x-/, ""));
    shown[name] = isMasked ? MASK : URL_HEADERS.has(name) ? redactUrl(value) : value;
  }
  return shown;
}

/** Text where it is one; of anything else, and of what cannot be masked, only how much it was. */
function toShownBody(key: string, body: LoggedBody | null, mode: BodyMode, { bodyBytesMax }: LogPolicy) {
  if (body === null || mode === "off") return {};
  const { type, size } = body;
  const head = body.head.subarray(0, bodyBytesMax);
  const isCut = size === null || size > head.length;
  const text = toText(head, isCut);
  const shown = text === null ? null : mode === "full" ? text : redacted(text, type);
  return {
    [key]: {
      ...(size === null ? {} : { bytes: size }),
      ...(shown === null ? { type } : { text: shown, ...(isCut ? { isCut } : {}) }),
    },
  };
}

/** null for what is no text. */
function toText(bytes: Uint8Array, isCut: boolean): string | null {
  // A cut may go through a character, of at most four bytes.
  for (let dropped = 0; dropped <= (isCut ? 3 : 0) && dropped <= bytes.length; dropped++) {
    try {
      const text = UTF8.decode(bytes.subarray(0, bytes.length - dropped));
      return text.includes("\0") ? null : text;
    } catch {
      // No text up to there.
    }
  }
  return null;
}

function redacted(text: string, type: string): string | null {
  const essence = (type.split(";")[0] ?? "").trim().toLowerCase();
  if (essence === "application/json" || essence.endsWith("+json")) return redactJson(text);
  if (essence === "application/x-www-form-urlencoded") return redactForm(text);
  return null;
}

import { isAsyncIterable, isBytes, isError, isIterator, isObject } from "../base/realm.ts";
import { ExecError } from "../errors/exec-error.ts";
import type { ScriptResponse } from "./facade/response.ts";
import { looksLikeHtml } from "./html-text.ts";
import { jsonResponse, RETURNED_TYPE, type Stringify, serialise } from "./json.ts";
import { SNIFFED_BYTES, sniffType } from "./sniff.ts";
import { isBodiless, parseStatus } from "./status.ts";
import { openByteStream, type Streaming, type StreamSource } from "./streams.ts";
import { wholeResponse } from "./whole-body.ts";

/** Headers that belong to one connection, besides those that `Connection` names (RFC 9110 §7.6.1). */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const HTML_TYPE = "text/html; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";
const BYTES_TYPE = "application/octet-stream";

/** Bytes that decide whether a response is text (WHATWG MIME Sniffing §7.1). */
const TEXT_SAMPLE_BYTES = 1445;

/**
 * Whatever a script returned or wrote, as a response (script-runtime.md §6).
 *
 * @param res What the script did to `res`; null when it could not touch it.
 * @param stringify The serialiser of the script's context, several times faster on its objects than ours.
 * @param streaming Asked when the answer is a stream.
 * @throws {ExecError} `unserialisable` for a value that JSON cannot hold.
 */
export function toResponse(
  value: unknown,
  res: ScriptResponse | null,
  stringify: Stringify | null,
  streaming: Streaming,
): Response | Promise<Response> {
  if (res !== null && (res.headersSent || value === res)) return res._toResponse(streaming);
  const status = res?.statusCode ?? 200;
  const set = res?._setHeaders ?? null;

  if (value === undefined || value === null) {
    return new Response(null, { status: res?._isStatusSet ? status : 204, ...(set ? { headers: set } : {}) });
  }
  const build = (body: Bun.BodyInit, type: string) => {
    const init = { status, headers: withType(set, type) as Headers };
    if (isBodiless(status)) return new Response(null, init);
    return type === RETURNED_TYPE ? new Response(body, init) : wholeResponse(body, init, streaming);
  };
  switch (typeof value) {
    case "string":
      return build(value, looksLikeHtml(value) ? HTML_TYPE : TEXT_TYPE);
    case "number":
    case "boolean":
    case "bigint":
      return build(String(value), TEXT_TYPE);
    case "object":
      break;
    default:
      throw new ExecError(
        "unserialisable",
        `The script returned a ${typeof value}, which no answer can hold`,
      );
  }
  if (value instanceof Response) return forward(value, set, streaming);
  if (isError(value))
    return Response.json({ error: value.message }, { status: 500, ...(set ? { headers: set } : {}) });
  if (isBytes(value)) return build(value as Bun.BodyInit, sniffType(toBytes(value)) ?? BYTES_TYPE);
  if (value instanceof Blob) {
    if (value.type !== "") return build(value, value.type);
    const start = value.slice(0, SNIFFED_BYTES).arrayBuffer();
    return start.then((bytes) => build(value, sniffType(toBytes(bytes)) ?? BYTES_TYPE));
  }
  if (isStream(value))
    return openByteStream(value, streaming.begin()).then(({ body }) => build(body, TEXT_TYPE));
  return build(serialise(value, stringify), RETURNED_TYPE);
}

/** The answer to an object or array without behaviour, which is what scripts return most; null for anything else. */
export function plainResponse(value: unknown, stringify: Stringify | null): Response | null {
  return isPlainValue(value) ? jsonResponse(value, stringify) : null;
}

/** Whether an answer may take long and be quiet in between, so that its connection must not be closed for that. */
export function isOpenEnded(value: unknown, res: ScriptResponse | null): boolean {
  if (res !== null && (res.headersSent || value === res)) return res._isStream;
  if (typeof value !== "object" || value === null) return false;
  return value instanceof Response || isStream(value);
}

function isPlainValue(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const proto = Object.getPrototypeOf(value) as object | null;
  const isPlain = proto === null || Object.getPrototypeOf(proto) === null;
  return isPlain && !(Symbol.asyncIterator in value) && !("textStream" in value);
}

/** The script's own headers; a Content-Type among them is kept. */
function withType(set: Headers | null, type: string): Bun.HeadersInit {
  if (set === null) return { "content-type": type };
  if (!set.has("content-type")) set.set("content-type", type);
  return set;
}

function isStream(value: object): value is StreamSource {
  return (
    isAsyncIterable(value) ||
    (isIterator(value) && !Array.isArray(value)) ||
    isAsyncIterable((value as { textStream?: unknown }).textStream)
  );
}

/** A returned response keeps its status and headers; those set on `res` are added where it has none. */
async function forward(response: Response, set: Headers | null, streaming: Streaming): Promise<Response> {
  if (response.bodyUsed || response.body?.locked) {
    throw new TypeError("Cannot send the returned Response: its body has been read already");
  }
  parseStatus(response.status);
  const headers = new Headers(response.headers);
  const named = headers.get("connection")?.split(",") ?? [];
  for (const name of [...named.map((each) => each.trim()).filter(isToken), ...HOP_BY_HOP])
    headers.delete(name);
  // The body of a fetched response arrives decoded, so its length and encoding are no longer true.
  if (response.url !== "") for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  for (const [name, text] of set ?? []) {
    if (name === "set-cookie") headers.append(name, text);
    else if (name !== "content-type" && !headers.has(name)) headers.set(name, text);
  }
  const init = { status: response.status, statusText: response.statusText, headers };
  if (response.body === null) return new Response(null, init);
  const type = headers.get("content-type");
  // The runtime knows the length of a body that is no stream, as long as nobody reads it.
  if (type !== null && !(streaming.isPossible && holdsStream(response, type))) {
    if (streaming.isPossible) streaming.mayPause();
    return new Response(response.body, init);
  }
  const { first, body } = await openByteStream(response.body, streaming.begin());
  if (type === null) headers.set("content-type", sniffType(first) ?? textType(first));
  return new Response(body, init);
}

/**
 * Whether a body is a stream. Of what a script has made only the runtime's own description tells; asking takes some
 * microseconds, too many for the usual JSON.
 */
function holdsStream(response: Response, type: string): boolean {
  if (response.url !== "") return true;
  if (type.startsWith("application/json")) return false;
  return /\n\s+ReadableStream \{/.test(Bun.inspect(response, { depth: 0 }));
}

/** Whether a text can be the name of a header (RFC 9110 §5.6.2). */
function isToken(text: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(text);
}

/**
 * The type of a response's beginning when no signature is known: the runtime no longer says whether it was made from
 * text, so bytes without control characters are taken for it (WHATWG MIME Sniffing §7.2).
 */
function textType(first: Uint8Array): string {
  const head = first.subarray(0, TEXT_SAMPLE_BYTES);
  if (head.some((byte) => byte < 9 || byte === 11 || (byte > 13 && byte < 32 && byte !== 27)))
    return BYTES_TYPE;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return looksLikeHtml(text) ? HTML_TYPE : TEXT_TYPE;
  } catch {
    return BYTES_TYPE; // It is no UTF-8.
  }
}

function toBytes(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  return isObject(value) && ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value as ArrayBuffer);
}

import { isBytes } from "../../base/realm.ts";
import type { Stringify } from "../json.ts";

/** What one frame carries: text, or bytes. */
export type Message = string | Bun.BufferSource;

/**
 * What a script sends, as a message: text and bytes as they are, objects and arrays as JSON text, other values as
 * their text (script-runtime.md §11).
 *
 * @throws {TypeError} for `undefined`, functions, symbols, blobs, and what JSON cannot hold.
 */
export function toMessage(data: unknown, stringify: Stringify | null): Message {
  if (typeof data === "string") return data;
  if (isBytes(data)) return data as Bun.BufferSource;
  switch (typeof data) {
    case "number":
    case "boolean":
    case "bigint":
      return String(data);
    case "object": {
      if (data instanceof Blob) throw new TypeError("Cannot send a Blob: send await blob.arrayBuffer()");
      const text = (stringify ?? JSON.stringify)(data);
      if (text === undefined) throw new TypeError("Cannot send a value that JSON leaves out");
      return text;
    }
    default:
      throw new TypeError(`Cannot send a value of type ${typeof data}`);
  }
}

/** Length in bytes; of a text in UTF-16 units, since counting its bytes would mean to encode it. */
export function lengthOf(message: Message): number {
  return typeof message === "string" ? message.length : message.byteLength;
}

/** Longest payload of a control frame in bytes (RFC 6455 §5.5). */
const CONTROL_BYTES_MAX = 125;

/** @throws {RangeError} when a ping or pong cannot carry it. */
export function requireControlPayload(message: Message): void {
  const bytes = Buffer.byteLength(message as string);
  if (bytes > CONTROL_BYTES_MAX)
    throw new RangeError(`Cannot ping with ${bytes} bytes: a control frame holds ${CONTROL_BYTES_MAX}`);
}

/** Longest reason of a close frame in bytes: its code takes two of the 125. */
const REASON_BYTES_MAX = 123;

/** A reason that fits a close frame, cut between characters. */
export function toReason(reason: unknown): string {
  const text = reason === undefined || reason === null ? "" : String(reason);
  if (Buffer.byteLength(text) <= REASON_BYTES_MAX) return text.toWellFormed();
  const { read } = new TextEncoder().encodeInto(text.toWellFormed(), new Uint8Array(REASON_BYTES_MAX));
  return text.slice(0, read).toWellFormed();
}

/**
 * A code that an endpoint may send in a close frame (RFC 6455 §7.4); 1000 when none is given.
 *
 * @throws {RangeError} for any other.
 */
export function toCloseCode(code: unknown): number {
  if (code === undefined) return 1000;
  const isSendable =
    typeof code === "number" &&
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999));
  if (isSendable) return code;
  throw new RangeError(
    `Cannot close a socket with the code ${String(code)}: use 1000 to 1003, 1007 to 1014, or 3000 to 4999`,
  );
}

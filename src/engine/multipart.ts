import type { UploadedFile } from "./facade/request.ts";

/** The parts of a multipart body, in order. */
export interface MultipartForm {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly files: readonly UploadedFile[];
}

const CRLF = "\r\n";
const utf8 = new TextDecoder();

/**
 * Splits a `multipart/form-data` body (RFC 7578).
 *
 * The runtime's own reader names files by what their extension stands for and forgets the type that was sent.
 *
 * @param type The request's Content-Type, with the boundary.
 * @throws {SyntaxError} for a body that the boundary does not divide, or a part without a name.
 */
export function parseMultipart(raw: Buffer, type: string): MultipartForm {
  const boundary = parameterOf(type, "boundary");
  if (boundary === null || boundary === "") throw new SyntaxError("The Content-Type names no boundary");
  const fields: [string, string][] = [];
  const files: UploadedFile[] = [];
  for (const part of splitParts(raw, `--${boundary}`)) {
    const { headers, data } = readPart(part);
    const disposition = headers.get("content-disposition") ?? "";
    const fieldName = parameterOf(disposition, "name");
    if (fieldName === null) throw new SyntaxError("A part has no name");
    const filename = parameterOf(disposition, "filename");
    if (filename === null) fields.push([fieldName, utf8.decode(data)]);
    else {
      const sent = headers.get("content-type") ?? "text/plain";
      files.push({ fieldName, filename, type: sent, size: data.length, data: Buffer.from(data) });
    }
  }
  return { fields, files };
}

/** What stands between delimiters; text before the first and after the last one is no part (RFC 2046 §5.1.1). */
function splitParts(raw: Buffer, delimiter: string): Buffer[] {
  const parts: Buffer[] = [];
  const isAtStart = raw.subarray(0, delimiter.length).toString("latin1") === delimiter;
  let at = isAtStart ? 0 : nextDelimiter(raw, delimiter, 0) + CRLF.length;
  for (;;) {
    const after = at + delimiter.length;
    if (raw.subarray(after, after + 2).toString("latin1") === "--") return parts;
    const start = raw.indexOf(CRLF, after);
    // Only white space may follow a delimiter on its line.
    if (start < 0 || raw.subarray(after, start).toString("latin1").trim() !== "")
      throw new SyntaxError("A delimiter is not followed by a line break");
    // The line break of an empty part's delimiter is also the one before the next delimiter.
    const end = nextDelimiter(raw, delimiter, start);
    parts.push(raw.subarray(start + CRLF.length, Math.max(end, start + CRLF.length)));
    at = end + CRLF.length;
  }
}

function nextDelimiter(raw: Buffer, delimiter: string, from: number): number {
  const at = raw.indexOf(CRLF + delimiter, from, "latin1");
  if (at < 0) throw new SyntaxError("The last delimiter is missing");
  return at;
}

/** Names and values of headers are UTF-8 here (RFC 7578 §5.1), which `Headers` would not take. */
function readPart(part: Buffer): { readonly headers: ReadonlyMap<string, string>; readonly data: Buffer } {
  const end = part.indexOf(CRLF + CRLF);
  if (end < 0) throw new SyntaxError("The headers of a part do not end");
  const lines = part.subarray(0, end).toString("utf8").split(CRLF);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, data: part.subarray(end + 2 * CRLF.length) };
}

/** A parameter of a header; null when it is absent. Clients write a quote in it as `%22` or with a backslash. */
function parameterOf(header: string, name: string): string | null {
  const found = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, "i").exec(header);
  if (found === null) return null;
  const [, quoted, plain = ""] = found;
  return quoted?.replace(/\\(["\\])/g, "$1").replace(/%(22|0D|0A)/gi, decodeURIComponent) ?? plain;
}

import { ExecError } from "../errors/exec-error.ts";
import type { UploadedFile } from "./facade/request.ts";
import { parseMultipart } from "./multipart.ts";

/** A request's body as a script sees it. */
export interface ReceivedBody {
  readonly value: unknown;
  /** The bytes received; absent when the body was not parsed. */
  readonly raw?: Buffer;
  readonly files?: readonly UploadedFile[];
}

/** Limits of reading a body. */
export interface BodyLimits {
  /** Bytes. */
  readonly bytesMax: number;
  /** Milliseconds for the whole body; 0 for no limit. */
  readonly timeoutMs: number;
}

const utf8 = new TextDecoder();

/**
 * Reads and parses a body by its content type (script-runtime.md §7); the bytes are kept as they were received, so
 * that a signature over them can be checked.
 *
 * @throws {ExecError} `bodyTooLarge`, `bodyTimeout`, `clientGone`, or `invalidBody` for one that does not parse.
 */
export async function receiveBody(request: Request, limits: BodyLimits): Promise<ReceivedBody> {
  const raw = await readBytes(request, limits);
  const type = request.headers.get("content-type") ?? "";
  try {
    return parseBody(raw, type);
  } catch (cause) {
    throw new ExecError("invalidBody", undefined, { extra: { contentType: type }, cause });
  }
}

function parseBody(raw: Buffer, type: string): ReceivedBody {
  const essence = (type.split(";")[0] ?? "").trim().toLowerCase();
  if (essence === "application/json" || essence.endsWith("+json")) {
    return { value: raw.length === 0 ? {} : JSON.parse(utf8.decode(raw)), raw };
  }
  if (essence === "application/x-www-form-urlencoded") {
    const fields = new URLSearchParams(utf8.decode(raw));
    return { value: toRecord(fields), raw };
  }
  if (essence === "multipart/form-data") {
    const { fields, files } = parseMultipart(raw, type);
    return { value: toRecord(fields), raw, files };
  }
  if (essence.startsWith("text/")) return { value: utf8.decode(raw), raw };
  return { value: raw, raw };
}

/** The last of repeated names wins. */
function toRecord(fields: Iterable<readonly [string, string]>): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [name, value] of fields) if (name !== "__proto__") record[name] = value;
  return record;
}

/** A declared length is checked before a byte is read, an undeclared one while reading. */
async function readBytes(request: Request, { bytesMax, timeoutMs }: BodyLimits): Promise<Buffer> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > bytesMax) throw tooLarge(bytesMax);
  const read = (
    declared === null ? readChunks(request, bytesMax) : request.arrayBuffer().then((all) => Buffer.from(all))
  ).catch((cause: unknown) => {
    // A connection that breaks while the body is read is nobody's mistake but the client's.
    throw cause instanceof ExecError ? cause : new ExecError("clientGone", undefined, { cause });
  });
  if (timeoutMs === 0) return read;
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new ExecError("bodyTimeout", undefined, { extra: { timeoutMs }, headers: { connection: "close" } }),
    );
  }, timeoutMs);
  try {
    return await Promise.race([read, expired]);
  } finally {
    clearTimeout(timer);
  }
}

async function readChunks(request: Request, bytesMax: number): Promise<Buffer> {
  if (request.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function tooLarge(maxBytes: number): ExecError {
  return new ExecError("bodyTooLarge", undefined, { extra: { maxBytes }, headers: { connection: "close" } });
}

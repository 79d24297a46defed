import { ExecError } from "../errors/exec-error.ts";

/** Bounds of one body. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** Longest time for the whole body; 0 waits without end. */
  readonly timeoutMs: number;
}

/**
 * Reads a request body to its end.
 *
 * @returns The bytes; none when there is no body.
 * @throws {ExecError} `bodyTooLarge` as soon as the bound is passed or announced, `bodyTimeout` when it takes too long.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limits.bytesMax) throw tooLarge(limits.bytesMax);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (limits.timeoutMs > 0) timer = setTimeout(() => reject(tooSlow(limits.timeoutMs)), limits.timeoutMs);
  });
  try {
    return await Promise.race([readAll(reader, limits.bytesMax), late]);
  } catch (error) {
    // Nobody will read the rest; a failure to say so changes nothing about the answer.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Parses a JSON body.
 *
 * @param refusal Text of the refusal, where it is not the usual one.
 * @throws {ExecError} `invalidJson` with what went wrong and the beginning of what was sent.
 */
export function parseJsonBody(bytes: Uint8Array, contentType: string | null, refusal?: string): unknown {
  let text: string | null = null;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return JSON.parse(text);
  } catch (cause) {
    throw new ExecError("invalidJson", refusal, {
      details: {
        field: "body",
        reason: "malformed JSON",
        hint: "Send one JSON value in UTF-8: double quotes, no trailing commas, no comments",
        parseError: text === null ? "not valid UTF-8" : (cause as Error).message,
        contentType,
        bodyPreview: (text ?? new TextDecoder().decode(bytes.subarray(0, 400))).slice(0, 100),
      },
      cause,
    });
  }
}

async function readAll(
  reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> },
  bytesMax: number,
) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return Buffer.concat(chunks, length);
    length += value.length;
    if (length > bytesMax) throw tooLarge(bytesMax);
    chunks.push(value);
  }
}

function tooLarge(maxBytes: number): ExecError {
  return new ExecError("bodyTooLarge", undefined, {
    details: { field: "body", reason: "too large", maxBytes },
    limit: "bodyMax",
  });
}

function tooSlow(timeoutMs: number): ExecError {
  return new ExecError("bodyTimeout", undefined, {
    details: { field: "body", reason: "too slow", timeoutMs },
  });
}

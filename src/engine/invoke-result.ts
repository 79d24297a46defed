import { isRecord } from "../base/realm.ts";

/** What is kept of an answer that nobody takes, in bytes: enough for our own answers to failures, to be read again. */
const KEPT_BYTES = 64 * 1024;

/** What an answer says, for a record of it. */
export interface InvocationResult {
  /** Beginning of the result as JSON; null for none, and for bytes. */
  readonly preview: string | null;
  /** What it says as the answer to a failure. */
  readonly message: string;
}

/**
 * Reads the answer of a run to its end, so that a stream does all its work, and keeps the beginning.
 *
 * @param value What the script returned, when that became the answer.
 * @param signal Ends the reading, since a stream may never end; null for an answer that does.
 */
export async function readResult(
  answer: Response,
  value: unknown,
  signal: AbortSignal | null,
): Promise<InvocationResult> {
  const text = await readBeginning(answer, signal);
  const type = answer.headers.get("content-type") ?? "";
  return { preview: toPreview(text, type, value), message: toMessage(text, answer.status) };
}

async function readBeginning({ body }: Response, signal: AbortSignal | null): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => undefined);
  if (signal?.aborted) leave();
  else signal?.addEventListener("abort", leave, { once: true });
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      const chunk = step.value.subarray(0, KEPT_BYTES - keptBytes);
      if (chunk.length === 0) continue;
      kept.push(chunk);
      keptBytes += chunk.length;
    }
  } finally {
    signal?.removeEventListener("abort", leave);
  }
  return new TextDecoder().decode(Buffer.concat(kept));
}

function toPreview(text: string, type: string, value: unknown): string | null {
  if (text === "") return null;
  if (type.startsWith("application/json") || typeof value === "number" || typeof value === "boolean") {
    return text;
  }
  return type.startsWith("text/") ? JSON.stringify(text) : null;
}

/** The `error` of our own answers and of those that look like them, else the text itself. */
function toMessage(text: string, status: number): string {
  if (text === "") return `The script answered ${status}`;
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body) && typeof body["error"] === "string") return body["error"];
  } catch {
    // Any other text, or JSON longer than what is kept of it.
  }
  return text;
}

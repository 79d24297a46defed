import type { ChunkStream } from "../chunk-stream.ts";
import { typeOfChunks } from "../html-text.ts";
import type { StreamSource } from "../streams.ts";

/** What `res` has done so far. */
export type ResponseState =
  | { readonly kind: "open" }
  /** `write` was called: what waits to be sent, and who sends it once the answer has begun. */
  | {
      readonly kind: "writing";
      readonly chunks: Uint8Array[];
      /** Whether what is written begins with a text: its type follows from all that waits when the answer begins. */
      isText: boolean;
      /** Bytes of them. */
      waitingBytes: number;
      sink: ChunkStream | null;
    }
  /** `stream` was called: its source is read once the answer is made. */
  | {
      readonly kind: "streaming";
      readonly source: StreamSource;
    }
  | { readonly kind: "ended"; readonly body: Bun.BodyInit | null };

/** Content type of a text that waits for the answer to begin; null for anything else. */
export function typeOfWaiting(state: ResponseState): string | null {
  const isWaiting = state.kind === "writing" && state.sink === null;
  return isWaiting && state.isText ? typeOfChunks(state.chunks) : null;
}

/** What a script gets for doing something to an answer that is out of its hands; the code is Node's. */
export function sentError(action: string): Error {
  return Object.assign(new Error(`Cannot ${action}: the answer has already been sent`), {
    code: "ERR_HTTP_HEADERS_SENT",
  });
}

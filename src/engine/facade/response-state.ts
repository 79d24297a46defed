import type { ChunkStream } from "../chunk-stream.ts";
import type { StreamSource } from "../streams.ts";

/** What `res` has done so far. */
export type ResponseState =
  | { readonly kind: "open" }
  /** `write` was called: what waits to be sent, and who sends it once the answer has begun. */
  | {
      readonly kind: "writing";
      readonly chunks: Uint8Array[];
      /** Bytes of them. */
      waitingBytes: number;
      sink: ChunkStream | null;
      /** Made once: whoever asks again must not get a second stream, which nobody reads. */
      response: Response | null;
    }
  /** `stream` was called: its source is read once the answer is made. */
  | {
      readonly kind: "streaming";
      readonly source: StreamSource;
      /** Made once: a second one would find the source's beginning gone. */
      response: Promise<Response> | null;
    }
  | { readonly kind: "ended"; readonly body: Bun.BodyInit | null };

import { describe, expect, test } from "bun:test";
import { ChunkStream, KEPT_UP_BYTES, WriteLimit } from "../../../src/engine/chunk-stream.ts";
import { openByteStream, type StreamSource } from "../../../src/engine/streams.ts";

function open(source: StreamSource, signal = new AbortController().signal) {
  const seen = { ends: 0, gone: 0, errors: [] as unknown[] };
  const reading = {
    signal,
    onEnd: () => seen.ends++,
    onGone: () => seen.gone++,
    onError: (error: unknown) => seen.errors.push(error),
    around: <T>(run: () => T) => run(),
  };
  return { seen, opened: openByteStream(source, reading) };
}

describe("a source that is streamed", () => {
  test("has its first chunk when its answer begins, and tells when it ends", async () => {
    const { seen, opened } = open(["a", "", null, "b"]);
    const { first, body } = await opened;
    expect(new TextDecoder().decode(first)).toBe("a");
    expect(await new Response(body).text()).toBe("ab");
    expect(seen).toEqual({ ends: 1, gone: 0, errors: [] });
  });

  test("may have nothing to say", async () => {
    const { first, body } = await open([]).opened;
    expect(first.byteLength).toBe(0);
    expect(await new Response(body).text()).toBe("");
  });

  test("runs its finally when the client goes away, although it waits for something", async () => {
    const client = new AbortController();
    let cancelled = 0;
    const stream = new ReadableStream({
      pull: () => new Promise(() => undefined),
      cancel: () => void cancelled++,
    });
    const { opened } = open(stream, client.signal);
    client.abort();
    expect(opened).rejects.toMatchObject({ kind: "clientGone" });
    await opened.catch(() => undefined);
    expect(cancelled).toBe(1);
  });

  test("is not begun for a client that has gone already", async () => {
    const client = new AbortController();
    client.abort();
    const { opened } = open(
      (async function* () {
        yield "never";
      })(),
      client.signal,
    );
    await expect(opened).rejects.toMatchObject({ kind: "clientGone" });
  });

  test("what its finally throws then is nobody's failure", async () => {
    const source = (function* () {
      try {
        yield "a";
        yield "b";
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: the very thing under test
        throw new Error("in finally");
      }
    })();
    const { seen, opened } = open(source);
    const { body } = await opened;
    await body.cancel();
    expect(seen.errors).toEqual([]);
  });
});

describe("what is written bit by bit", () => {
  const stream = (bytesMax: number) => {
    const limit = new WriteLimit(bytesMax);
    let ends = 0;
    const chunks = new ChunkStream([], limit, { onEnd: () => ends++, onGone: () => undefined });
    return { limit, chunks, ends: () => ends };
  };

  test("tells the writer when its reader falls behind, and refuses when it does for too long", () => {
    const { limit, chunks } = stream(2 * KEPT_UP_BYTES);
    expect(chunks.write(new Uint8Array(10))).toBe(true);
    expect(chunks.write(new Uint8Array(KEPT_UP_BYTES))).toBe(false);
    expect(() => chunks.write(new Uint8Array(KEPT_UP_BYTES))).toThrow(/--write-buffer-max is 131072/);
    expect(limit.refused).toBe(1);
  });

  test("takes one chunk of any size", () => {
    const { chunks } = stream(1);
    expect(chunks.write(new Uint8Array(2 * KEPT_UP_BYTES))).toBe(false);
  });

  test("is refused no longer once its reader has caught up", async () => {
    const { chunks } = stream(KEPT_UP_BYTES);
    const reader = chunks.readable.getReader();
    chunks.write(new Uint8Array(KEPT_UP_BYTES));
    expect(() => chunks.write(new Uint8Array(1))).toThrow();
    await reader.read();
    expect(chunks.write(new Uint8Array(1))).toBe(true);
  });

  test("is dropped when its reader has gone", async () => {
    const { chunks, ends } = stream(KEPT_UP_BYTES);
    await chunks.readable.cancel();
    expect(chunks.write(new Uint8Array(1))).toBe(false);
    chunks.end();
    expect(ends()).toBe(0);
  });
});

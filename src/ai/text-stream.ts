import type { TextStreamPart, ToolSet } from "ai";

/** How a stream of text is read and ended. */
export interface TextStreamOptions {
  /** What a script is told of a failure. */
  readonly explain: (thrown: unknown) => unknown;
  /** Makes the error for a stream without an end. */
  readonly cut: () => unknown;
  /** The first chunk is asked for: until then nothing has been read. */
  readonly onBegin: () => void;
  /** The reader wants no more. */
  readonly onCancel: () => void;
}

/**
 * The texts of a stream of parts, which is opened with the first read. The SDK's own `textStream` ends quietly when the provider fails or goes away, so that
 * half an answer looks like a whole one; this one throws.
 */
export function textStreamOf(
  parts: () => ReadableStream<TextStreamPart<ToolSet>>,
  { explain, cut, onBegin, onCancel }: TextStreamOptions,
): ReadableStream<string> {
  const open = () => {
    onBegin();
    return parts().getReader();
  };
  let reader: ReturnType<typeof open> | null = null;
  const texts = {
    async pull(controller: ReadableStreamDefaultController<string>) {
      try {
        reader ??= open();
        for (;;) {
          const { done, value: part } = await reader.read();
          if (done) return controller.close();
          switch (part.type) {
            case "text-delta":
              if (part.text === "") continue;
              return controller.enqueue(part.text);
            case "error":
              throw part.error;
            case "abort":
              throw new DOMException("The AI call was aborted", "AbortError");
            case "finish":
              // Every complete stream of the protocol names a reason.
              if (part.rawFinishReason === undefined) return controller.error(cut());
              continue;
            default: // Parts of the SDK's own bookkeeping, tools and reasoning.
          }
        }
      } catch (error) {
        controller.error(explain(error));
      }
    },
    cancel(reason: unknown) {
      onCancel();
      // Not waited for: a branch of a stream is done only when all of them are.
      reader?.cancel(reason).catch(() => undefined);
    },
  };
  return new ReadableStream<string>(texts, { highWaterMark: 0 });
}

import type { StreamTextResult, ToolSet } from "ai";
import { type TextStreamOptions, textStreamOf } from "./text-stream.ts";

type Result = StreamTextResult<ToolSet, never, never>;

/** Members of a stream's result that are promises of what the whole stream told. */
const PROMISES = [
  "content",
  "text",
  "reasoning",
  "reasoningText",
  "files",
  "sources",
  "toolCalls",
  "toolResults",
  "finishReason",
  "rawFinishReason",
  "usage",
  "totalUsage",
  "warnings",
  "steps",
  "request",
  "response",
  "providerMetadata",
] as const satisfies readonly (keyof Result)[];

/** How a view is made. */
export interface StreamViewOptions extends Pick<TextStreamOptions, "explain" | "cut"> {
  /** Ends the call. */
  readonly stop: () => void;
  /** Called with each value before a script gets hold of it. */
  readonly close: <T>(value: T) => T;
}

/**
 * The result of `streamText` as a script sees it: `textStream`, `stream` with every part, and promises of the rest.
 *
 * A `textStream` that its reader leaves ends the call, unless the script asked for something else as well.
 */
export function createStreamView(result: Result, { stop, close, ...options }: StreamViewOptions): object {
  let uses = 0;
  const { explain } = options;
  const view = {
    get textStream(): ReadableStream<string> {
      const onBegin = () => uses++;
      const onCancel = () => {
        if (uses <= 1) stop();
      };
      return textStreamOf(() => result.stream, { ...options, onBegin, onCancel });
    },
    get stream(): unknown {
      uses++;
      return result.stream;
    },
  };
  for (const name of PROMISES) {
    const get = async () => {
      uses++;
      try {
        return close(await result[name]);
      } catch (error) {
        throw explain(error);
      }
    };
    Object.defineProperty(view, name, { get, enumerable: true });
  }
  return close(view);
}

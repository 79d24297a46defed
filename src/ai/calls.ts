import type { LanguageModel, StreamTextResult, ToolSet } from "ai";
import { isObject } from "../base/realm.ts";
import type { DeclaredDirectives } from "../directives/table.ts";
import { explainFailure, type FailedCall, streamCut } from "./failure.ts";
import { toCallOptions, toHelperOptions, toSchema } from "./options.ts";
import { createModelFactory, type ModelFactory } from "./provider.ts";
import type { LoadedSdk, Sdk } from "./sdk.ts";
import { createStreamView } from "./stream-view.ts";

/** What the calls of one file are made with. */
export interface CallsOptions {
  readonly sdk: Sdk;
  readonly baseUrl: string;
  readonly key: string;
  readonly defaultModel: string;
  readonly directives: DeclaredDirectives;
  /** The system prompt that lies beside the file; null for none. */
  readonly systemPrompt: () => string | null;
  /** Ends with the request that makes the call; null outside of one. */
  readonly callerSignal: () => AbortSignal | null;
  /** Called with each value before a script gets hold of it. */
  readonly close: <T>(value: T) => T;
}

/** What a script hands over: nobody has checked it. */
type Given = unknown;

/**
 * The AI calls of one file, with its directives and its system prompt (script-runtime.md §13).
 *
 * Each call goes to the provider up to three times, as the SDK does it: again after 408, 409, 429, 5xx and a connection
 * that failed, when `Retry-After` says so, else after 2 s and 4 s. The end of the request ends all of that.
 */
export class AiCalls {
  readonly openai: ModelFactory;
  readonly #options: CallsOptions;

  constructor(options: CallsOptions) {
    this.#options = options;
    this.openai = createModelFactory(options.sdk, options, options.close);
  }

  /** The default model. */
  get model(): LanguageModel {
    return this.openai(this.#options.directives["ai-model"] ?? this.#options.defaultModel);
  }

  /** `generateText` of the SDK; model, temperature and token limit have defaults. */
  generateText(given: Given): Promise<object> {
    return this.#call(given, ({ core }, options) => core.generateText(options as never));
  }

  /** `generateObject` of the SDK, which also takes a plain JSON Schema. */
  generateObject(given: Given): Promise<object> {
    return this.#call(given, (sdk, options) =>
      sdk.core.generateObject({ ...options, schema: toSchema(options["schema"], sdk) } as never),
    );
  }

  /** `streamText` of the SDK, whose `textStream` throws when the provider fails. */
  streamText(given: Given): object {
    return this.#stream(given);
  }

  /** `ai.generate` */
  async generate(given: Given): Promise<object> {
    return this.generateText(this.#helped(given, "ai.generate"));
  }

  /** `ai.object` */
  async object(given: Given): Promise<object> {
    return this.generateObject(this.#helped(given, "ai.object"));
  }

  /** `ai.stream`; at once, so that it works with and without `await`. */
  stream(given: Given): object {
    return this.#stream(this.#helped(given, "ai.stream"));
  }

  #helped(given: Given, name: string): Record<string, unknown> {
    return toHelperOptions(given, { name, systemPrompt: this.#options.systemPrompt });
  }

  async #call(
    given: Given,
    send: (sdk: LoadedSdk, options: Record<string, unknown>) => Promise<object>,
  ): Promise<object> {
    const call = this.#begin();
    try {
      const result = await send(call.sdk.loaded, this.#complete(given, null));
      return this.#options.close(result);
    } catch (error) {
      throw explainFailure(error, call);
    }
  }

  #stream(given: Given): object {
    const call = this.#begin();
    const ending = new AbortController();
    let failure: unknown;
    const explain = (error: unknown) => explainFailure(failure ?? error, call);
    try {
      const options = this.#complete(given, ending.signal);
      const { onError } = options;
      const result = call.sdk.loaded.core.streamText({
        ...options,
        onError({ error }: { error: unknown }) {
          failure ??= error;
          return typeof onError === "function" ? onError({ error: explain(error) }) : undefined;
        },
      } as never) as StreamTextResult<ToolSet, never, never>;
      const stop = () => ending.abort(new DOMException("Nobody reads the stream any more", "AbortError"));
      return createStreamView(result, {
        explain,
        cut: () => streamCut(call),
        stop,
        close: this.#options.close,
      });
    } catch (error) {
      throw explain(error);
    }
  }

  /** @param also A further signal that ends the call. */
  #complete(given: Given, also: AbortSignal | null): Record<string, unknown> {
    const { directives, callerSignal } = this.#options;
    const options = toCallOptions(given, directives);
    const signals = [options["abortSignal"], callerSignal(), also].filter(isSignal);
    return {
      ...options,
      model: this.#modelOf(options["model"]),
      ...(signals.length > 0 ? { abortSignal: AbortSignal.any(signals) } : {}),
    };
  }

  /** A bare name is one of our provider's; to the SDK alone it would be one of another company's gateway. */
  #modelOf(given: unknown): unknown {
    if (given === undefined || given === null) return this.model;
    return typeof given === "string" ? this.openai(given) : given;
  }

  #begin(): FailedCall {
    const { sdk, key } = this.#options;
    return { sdk, key, calledAt: new Error("called") };
  }
}

function isSignal(value: unknown): value is AbortSignal {
  return isObject(value) && value instanceof AbortSignal;
}

import { createRequire } from "node:module";
import type * as OpenAiPackage from "@ai-sdk/openai";
import type * as AiPackage from "ai";
import type { Logger } from "pino";
import type * as ZodPackage from "zod";

/** The packages that speak to the provider, and what they describe data with. */
export interface LoadedSdk {
  readonly core: typeof AiPackage;
  readonly openai: typeof OpenAiPackage;
  readonly zod: typeof ZodPackage;
}

/** Loads the AI SDK with the first call that needs it: it takes some 60 ms and 27 MiB (Bun 1.4.5). */
export class Sdk {
  readonly #log: Logger;
  #loaded: LoadedSdk | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The packages; waited for in one piece, because `streamText` and `openai` answer at once. */
  get loaded(): LoadedSdk {
    if (this.#loaded !== null) return this.#loaded;
    const requireHere = createRequire(import.meta.url);
    // Left to itself, the SDK prints its warnings, prompts included, over the server's output.
    globalThis.AI_SDK_LOG_WARNINGS = ({ warnings, model }) => {
      for (const { type } of warnings) this.#log.debug({ model, type }, "The AI SDK warns");
    };
    this.#loaded = {
      core: requireHere("ai"),
      openai: requireHere("@ai-sdk/openai"),
      zod: requireHere("zod"),
    };
    return this.#loaded;
  }
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "pino";
import type { DeclaredDirectives } from "../directives/table.ts";
import { AiCalls } from "./calls.ts";
import { Sdk } from "./sdk.ts";
import type { SystemPrompts } from "./system-prompts.ts";

/** Who makes calls. */
export interface Caller {
  /** Aborted when nobody waits for the calls any more. */
  readonly signal: AbortSignal;
}

/** What the AI of a server is made of. */
export interface AiOptions {
  /** Of an API that speaks the OpenAI protocol, without trailing slash. */
  readonly baseUrl: string;
  /** Model of files without `@ai-model`. */
  readonly defaultModel: string;
  /** Key of files without `@ai-key`. */
  readonly key: string;
  readonly prompts: SystemPrompts;
  readonly log: Logger;
  /** Called with each value before a script gets hold of it. */
  readonly close: <T>(value: T) => T;
}

/** The language model behind the AI names of scripts. Nothing is loaded and nobody is called before a script does. */
export class Ai {
  readonly #options: AiOptions;
  readonly #sdk: Sdk;
  readonly #callers = new AsyncLocalStorage<Caller>();

  constructor(options: AiOptions) {
    this.#options = options;
    this.#sdk = new Sdk(options.log);
  }

  /** Runs code whose calls end with their caller; helper modules and what goes on after an `await` included. */
  around<T>(caller: Caller, run: () => T): T {
    return this.#callers.run(caller, run);
  }

  /** The calls of one file. @param file Relative to the scripts root. */
  callsOf(file: string, directives: DeclaredDirectives): AiCalls {
    const { baseUrl, defaultModel, key, prompts, close } = this.#options;
    return new AiCalls({
      sdk: this.#sdk,
      baseUrl,
      defaultModel,
      key: directives["ai-key"] ?? key,
      directives,
      systemPrompt: () => prompts.of(file),
      callerSignal: () => this.#callers.getStore()?.signal ?? null,
      close,
    });
  }
}

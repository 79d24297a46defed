import type { OpenAIProvider } from "@ai-sdk/openai";
import { digestOf } from "../base/digest.ts";
import type { Sdk } from "./sdk.ts";

/** Where models are, and under which key they are used. */
export interface ProviderOptions {
  /** Of an API that speaks the OpenAI protocol, without trailing slash. */
  readonly baseUrl: string;
  /** Sent as Bearer. */
  readonly key: string;
}

/** Kinds of models that `openai.<kind>(id)` makes besides chat models. */
const KINDS = [
  "completion",
  "responses",
  "embedding",
  "embeddingModel",
  "image",
  "imageModel",
  "speech",
  "transcription",
] as const satisfies readonly (keyof OpenAIProvider)[];

/** A chat-completions model. */
type ChatModel = ReturnType<OpenAIProvider["chat"]>;

/** Makes models of one provider. */
export type ModelFactory = ((id: string) => ChatModel) &
  Readonly<Record<"chat" | "languageModel", (id: string) => ChatModel>> &
  Readonly<Record<(typeof KINDS)[number], (id: string) => unknown>>;

/**
 * `openai` as scripts know it: called, it makes a chat-completions model, whatever protocol the package itself would
 * choose by default (script-runtime.md §13).
 *
 * @param close Called with each value before a script gets hold of it.
 */
export function createModelFactory(
  sdk: Sdk,
  { baseUrl, key }: ProviderOptions,
  close: <T>(value: T) => T,
): ModelFactory {
  let made: OpenAIProvider | null = null;
  const provider = () => (made ??= sdk.loaded.openai.createOpenAI({ baseURL: baseUrl, apiKey: key }));
  const chat = close((id: string) => close(createChatModel(id, () => provider().chat(id))));
  const others = KINDS.map((kind) => [kind, close((id: string) => close(frozen(provider()[kind](id))))]);
  const factory = (id: string) => chat(id);
  return close(Object.assign(factory, { chat, languageModel: chat }, Object.fromEntries(others)));
}

/**
 * A model whose package is loaded with the first call of it, and which does not show the key. Runs of a script share it.
 *
 * @throws {TypeError} for a name that is none.
 */
function createChatModel(id: string, make: () => ChatModel): ChatModel {
  if (typeof id !== "string" || id === "") throw new TypeError("openai takes the name of a model");
  let made: ChatModel | null = null;
  const model = () => (made ??= make());
  return Object.freeze({
    specificationVersion: "v4",
    provider: "openai.chat",
    modelId: id,
    get supportedUrls() {
      return model().supportedUrls;
    },
    doGenerate: Object.freeze((options: never) => model().doGenerate(options)),
    doStream: Object.freeze((options: never) => model().doStream(options)),
  });
}

/** Runs of a script may share a model. */
function frozen<T extends object>(model: T): T {
  for (const member of Object.values(model)) Object.freeze(member);
  return Object.freeze(model);
}

/**
 * The key of a server that was given none: a tag under which its use is counted, the same after each start. It is made
 * from the machine's name, which nobody can read from it, and is no secret.
 *
 * @param hostname Of the machine or container.
 */
export function containerTag(hostname: string): string {
  return `container-${Buffer.from(digestOf(hostname)).toString("hex", 0, 8)}`;
}

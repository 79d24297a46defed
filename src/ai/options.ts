import type { ZodType } from "zod";
import { isObject, isRecord } from "../base/realm.ts";
import type { DeclaredDirectives } from "../directives/table.ts";
import type { LoadedSdk } from "./sdk.ts";

type Options = Record<string, unknown>;

/** Options of a call to the SDK; what the script leaves out comes from its directives. */
export function toCallOptions(given: unknown, directives: DeclaredDirectives): Options {
  const temperature = directives["ai-temperature"];
  const maxOutputTokens = directives["ai-max-tokens"];
  return {
    ...(temperature == null ? {} : { temperature }),
    ...(maxOutputTokens == null ? {} : { maxOutputTokens }),
    ...definedOf(given),
  };
}

/**
 * Options of `ai.generate` and its like as those of the SDK: a text is the prompt, `system` and `maxTokens` have other
 * names there, and the system prompt beside the script stands in for one that was not given.
 *
 * @throws {TypeError} for what is neither a prompt nor options with one.
 */
export function toHelperOptions(
  given: unknown,
  { name, systemPrompt }: { readonly name: string; readonly systemPrompt: () => string | null },
): Options {
  const { system, maxTokens, ...options } = typeof given === "string" ? { prompt: given } : definedOf(given);
  if (options["prompt"] === undefined && options["messages"] === undefined)
    throw new TypeError(`${name} takes a prompt, or options with prompt or messages`);
  if (maxTokens !== undefined) options["maxOutputTokens"] ??= maxTokens;
  const hasOwn = system !== undefined || "instructions" in options || bringsSystem(options["messages"]);
  const instructions = options["instructions"] ?? (hasOwn ? system : systemPrompt());
  delete options["instructions"];
  return {
    // The role is `system` for every model; for some the package would choose `developer`.
    providerOptions: { openai: { systemMessageMode: "system" } },
    allowSystemInMessages: true,
    ...options,
    ...(instructions ? { instructions } : {}),
  };
}

/**
 * A schema as the SDK takes it: those of Zod and of other libraries as they are, a plain JSON Schema wrapped. What the
 * model answers is held against that too, as far as Zod reads JSON Schema.
 */
export function toSchema(schema: unknown, { core, zod }: LoadedSdk): unknown {
  if (!isRecord(schema) || MARKS_OF_LIBRARIES.some((mark) => mark in schema)) return schema;
  const plain: unknown = JSON.parse(JSON.stringify(schema));
  const checked = readJsonSchema(plain, zod);
  return core.jsonSchema(plain as never, {
    validate(value) {
      const found = checked?.safeParse(value);
      return found === undefined || found.success
        ? { success: true, value }
        : { success: false, error: found.error };
    },
  });
}

/** Members by which a schema shows that some library made it: Standard Schema, Zod 4, Zod 3, the SDK. */
const MARKS_OF_LIBRARIES = ["~standard", "_zod", "_def", "jsonSchema"];

function readJsonSchema(plain: unknown, { z }: LoadedSdk["zod"]): ZodType | null {
  try {
    return z.fromJSONSchema(plain as never);
  } catch {
    return null; // A keyword that Zod does not know; the provider may.
  }
}

/** What was given, without members that are `undefined`: those must not hide a default. */
function definedOf(given: unknown): Options {
  if (!isObject(given)) throw new TypeError("An AI call takes a prompt or an object with options");
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function bringsSystem(messages: unknown): boolean {
  return Array.isArray(messages) && messages.some((each) => isObject(each) && each["role"] === "system");
}

import { directive } from "./directive.ts";
import { boolean, integer, modelName, number, secretText } from "./grammars.ts";

/** Directives about the language model that a script can call. */
export const ai = {
  ai: directive({
    category: "ai",
    grammar: boolean,
    description: "Inject the AI names into the script",
    defaults: { omitted: true, runtime: true, sdk: false },
    examples: ["// @ai false"],
  }),
  "ai-model": directive({
    category: "ai",
    grammar: modelName,
    description: "Model that is used when a call names none",
    defaults: { omitted: null, runtime: "minimax/minimax-m2.5", sdk: null },
    examples: ["// @ai-model minimax/minimax-m2.5"],
  }),
  "ai-temperature": directive({
    category: "ai",
    grammar: number({ min: 0, max: 2 }),
    description: "How freely the model chooses its words",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @ai-temperature 0.2"],
    notes: ["Without it the provider decides"],
  }),
  "ai-max-tokens": directive({
    category: "ai",
    grammar: integer({ min: 1 }),
    description: "Longest answer of the model, in its tokens",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @ai-max-tokens 2000"],
    notes: ["Without it the provider decides"],
  }),
  "ai-key": directive({
    category: "ai",
    grammar: secretText,
    description: "Tag under which the use of the model is counted",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @ai-key billing-team"],
    notes: ["Without it the setting --ai-key, else a tag made from the container's name"],
  }),
};

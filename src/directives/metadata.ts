import { directive } from "./directive.ts";
import { list, text } from "./grammars.ts";

/** Directives that describe a script to people. */
export const metadata = {
  description: directive({
    category: "metadata",
    grammar: text,
    description: "What the script does, shown in lists and in its OpenAPI document",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @description Sends the weekly report"],
  }),
  tags: directive({
    category: "metadata",
    grammar: list,
    description: "Words by which lists can be filtered",
    defaults: { omitted: [], runtime: [], sdk: [] },
    examples: ["// @tags billing, internal"],
  }),
  label: directive({
    category: "metadata",
    grammar: text,
    description: "Friendly name, by which lists can be filtered",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @label Weekly report"],
  }),
};

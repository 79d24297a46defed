import type { Template } from "../template.ts";
import code from "./ai-summary.txt" with { type: "text" };

export const aiSummary: Template = {
  name: "ai-summary",
  metadata: {
    category: "ai",
    tags: ["ai", "text"],
    description: "Summarizes a text with the built-in AI",
    params: [
      {
        name: "instruction",
        description: "What the model is told to do",
        default: "Summarize the text in two sentences.",
      },
      { name: "model", description: "Model as vendor/model", default: "minimax/minimax-m2.5" },
      { name: "description", description: "What lists show of the script", default: "Summarizes a text" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

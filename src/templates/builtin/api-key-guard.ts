import type { Template } from "../template.ts";
import code from "./api-key-guard.txt" with { type: "text" };

export const apiKeyGuard: Template = {
  name: "api-key-guard",
  metadata: {
    category: "security",
    tags: ["auth", "middleware"],
    description: "Lets only requests with a known key reach the scripts of a folder; save it as pre.ts",
    params: [
      { name: "description", description: "What lists show of the script", default: "Asks for an API key" },
      {
        name: "keysVariable",
        description: "Variable that holds the keys, separated by commas; set it in _default.env",
        default: "API_KEYS",
      },
      { name: "header", description: "Header that carries the key", default: "x-api-key" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

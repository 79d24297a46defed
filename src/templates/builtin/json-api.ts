import type { Template } from "../template.ts";
import code from "./json-api.txt" with { type: "text" };

export const jsonApi: Template = {
  name: "json-api",
  metadata: {
    category: "api",
    tags: ["json", "validation", "zod"],
    description: "JSON endpoint that checks its body with a schema and says which field is wrong",
    params: [
      { name: "description", description: "What lists show of the script", default: "Takes an order" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

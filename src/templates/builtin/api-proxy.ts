import type { Template } from "../template.ts";
import code from "./api-proxy.txt" with { type: "text" };

export const apiProxy: Template = {
  name: "api-proxy",
  metadata: {
    category: "integration",
    tags: ["proxy", "http"],
    description: "Passes requests on to another API with a key of ours; save it as api/[...path].ts",
    params: [
      { name: "target", description: "Address that paths are appended to", required: true },
      {
        name: "keyVariable",
        description: "Variable that holds the key, sent as a Bearer token",
        default: "API_KEY",
      },
      { name: "description", description: "What lists show of the script", default: "Passes requests on" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

import type { Template } from "../template.ts";
import code from "./server-sent-events.txt" with { type: "text" };

export const serverSentEvents: Template = {
  name: "server-sent-events",
  metadata: {
    category: "realtime",
    tags: ["sse", "stream"],
    description: "Stream of server-sent events that ends with its listener",
    params: [
      {
        name: "description",
        description: "What lists show of the script",
        default: "The time, once a second",
      },
      { name: "event", description: "Name of the events", default: "tick" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

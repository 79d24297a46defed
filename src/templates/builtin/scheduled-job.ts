import type { Template } from "../template.ts";
import code from "./scheduled-job.txt" with { type: "text" };

export const scheduledJob: Template = {
  name: "scheduled-job",
  metadata: {
    category: "automation",
    tags: ["schedule", "cron", "monitoring"],
    description: "Checks a URL on a schedule and remembers the last hundred results in shared.checks",
    params: [
      { name: "url", description: "What is fetched", required: true },
      {
        name: "schedule",
        description: "Five cron fields in UTC, or @hourly, @daily, …",
        default: "*/5 * * * *",
      },
      { name: "description", description: "What lists show of the script", default: "Watches a URL" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

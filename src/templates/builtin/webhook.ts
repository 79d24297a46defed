import type { Template } from "../template.ts";
import code from "./webhook.txt" with { type: "text" };

export const webhook: Template = {
  name: "webhook",
  metadata: {
    category: "api",
    tags: ["webhook", "hmac", "security"],
    description: "Receiver of signed webhooks: HMAC-SHA256 over the bytes as they were sent",
    params: [
      {
        name: "description",
        description: "What lists show of the script",
        default: "Receives signed webhooks",
      },
      {
        name: "secretVariable",
        description: "Variable that holds the secret; set it in the .env file beside the script",
        default: "WEBHOOK_SECRET",
      },
      { name: "signatureHeader", description: "Header with sha256=<hex>", default: "x-hub-signature-256" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

import { randomBytes } from "node:crypto";
import { z } from "@hono/zod-openapi";
import { writePage, writePolicy } from "../../viewer/page.ts";
import { operation } from "../operation.ts";

/** GET /api/v1/exec/docs: the page that shows the documents of this API and of the user's scripts. */
export const page = operation({
  id: "docs.page",
  method: "get",
  path: "/api/v1/exec/docs",
  summary: "Show the OpenAPI documents in a browser",
  description: "subdomain and execId in the query choose whose scripts are shown.",
  response: z.string(),
  mediaType: "text/html",
  handle() {
    const nonce = randomBytes(16).toString("base64");
    return new Response(writePage(nonce), {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": writePolicy(nonce),
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
      },
    });
  },
});

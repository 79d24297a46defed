import { z } from "@hono/zod-openapi";
import { PAGE_FILES } from "../../viewer/page.ts";
import { operation } from "../operation.ts";

/** The page names the version of Scalar in the URL, so what is behind it never changes. */
const FOREVER = "public, max-age=31536000, immutable";

/** GET /api/v1/exec/docs/viewer.js: what the page does. */
export const viewerScript = operation({
  id: "docs.viewerScript",
  method: "get",
  path: "/api/v1/exec/docs/viewer.js",
  summary: "Script of the page that shows the OpenAPI documents",
  response: z.string(),
  mediaType: "text/javascript",
  handle: () => answerFile("viewer.js"),
});

/** GET /api/v1/exec/docs/viewer.css: how the page looks around the viewer. */
export const viewerStyle = operation({
  id: "docs.viewerStyle",
  method: "get",
  path: "/api/v1/exec/docs/viewer.css",
  summary: "Style of the page that shows the OpenAPI documents",
  response: z.string(),
  mediaType: "text/css",
  handle: () => answerFile("viewer.css"),
});

/** GET /api/v1/exec/docs/scalar.js: the viewer itself, out of its package. */
export const scalarScript = operation({
  id: "docs.scalarScript",
  method: "get",
  path: "/api/v1/exec/docs/scalar.js",
  summary: "Scalar, which the page uses",
  response: z.string(),
  mediaType: "text/javascript",
  async handle(_input, { viewer }, { headers }) {
    const gzipped = await viewer.gzipped();
    const isCompressed = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(
      headers.get("accept-encoding") ?? "",
    );
    return new Response(isCompressed ? gzipped : Bun.gunzipSync(gzipped), {
      headers: {
        "content-type": PAGE_FILES["viewer.js"],
        "cache-control": FOREVER,
        vary: "accept-encoding",
        ...(isCompressed ? { "content-encoding": "gzip" } : {}),
      },
    });
  },
});

async function answerFile(name: keyof typeof PAGE_FILES): Promise<Response> {
  const file = Bun.file(new URL(`../../viewer/${name}`, import.meta.url));
  return new Response(await file.bytes(), { headers: { "content-type": PAGE_FILES[name] } });
}

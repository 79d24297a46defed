import { z } from "@hono/zod-openapi";
import { isMiddleware } from "../../sdk/import-plan.ts";
import { MARKER_FILE } from "../../sdk/marker.ts";
import type { StoredSdk } from "../../sdk/sdk-store.ts";
import { objectOrJsonText } from "../schemas.ts";

/** Longest source of one middleware, in characters. */
const SOURCE_MAX = 1_000_000;

/** Longest part of a credential, in characters. */
const CREDENTIAL_MAX = 8_192;

/** Characters of a credential that is sent as it is (RFC 6750 §2.1). */
const token = z
  .string()
  .max(CREDENTIAL_MAX)
  .regex(/^[\x21-\x7E]+$/, { error: "must be visible ASCII characters" });

/** How the source is asked: an object, or the JSON text of one. */
export const sourceAuth = objectOrJsonText(
  z.discriminatedUnion("type", [
    z.object({ type: z.literal("bearer"), token }),
    z.object({
      type: z.literal("basic"),
      username: z
        .string()
        .max(CREDENTIAL_MAX)
        .regex(/^[^:\0-\x1F\x7F]*$/, { error: "must hold no colon and no control characters" }),
      password: z.string().max(CREDENTIAL_MAX),
    }),
  ]),
).openapi({
  description: "Credentials for the source, used once and kept nowhere",
  example: { type: "bearer", token: "…" },
});

/** Scripts before and after the imported ones: an object, or the JSON text of one. */
export const middleware = objectOrJsonText(
  z.object({ pre: z.string().max(SOURCE_MAX).optional(), post: z.string().max(SOURCE_MAX).optional() }),
).openapi({
  description: "Sources of pre.js and post.js",
  example: { pre: 'req.headers["x-api-key"] = process.env.API_KEY;\n' },
});

/** Directives of the imported scripts: an object, or the JSON text of one. */
export const magicComments = objectOrJsonText(z.record(z.string(), z.unknown())).openapi({
  description: "Directives of the imported scripts by name",
  example: { timeout: "10s" },
});

/** The path of an SDK: any text, since what is no exec id names none. */
export const sdkParams = z.object({
  id: z.string().openapi({ example: "petstore", description: "Exec id" }),
});

/** Where the source lies; secrets in its query are masked. */
export const sourceUrl = z.string().openapi({ example: "https://petstore.example/openapi.json" });

/** Directory of an SDK below the scripts directory. */
export const sdkPath = z.string().openapi({ example: "default/petstore" });

/** The file that says what was imported, below the scripts directory. */
export const markerPath = z.string().openapi({ example: `default/petstore/${MARKER_FILE}` });

/** Directory of an SDK, its marker, and its files in two kinds. */
export function describeSdk({ id, marker }: StoredSdk) {
  const path = `default/${id}`;
  const files = [...marker.files.keys()];
  const middleware = files.filter(isMiddleware);
  return {
    path,
    marker: `${path}/${MARKER_FILE}`,
    files,
    endpoints: files.length - middleware.length,
    pre: middleware.find((file) => file.endsWith("pre.js")) ?? null,
    post: middleware.find((file) => file.endsWith("post.js")) ?? null,
  };
}

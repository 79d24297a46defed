import type { Steps } from "../base/turns.ts";
import { DocumentBuilder, type DocumentInfo } from "./document-builder.ts";
import type { JsonObject } from "./json.ts";

/**
 * One document out of several, each laid on top of those before it: its operations replace those of the same path and
 * method, components that are called alike but differ get new names, and the last word about servers and security counts.
 *
 * @param documents Checked ones.
 */
export function* mergingDocuments(info: DocumentInfo, documents: readonly JsonObject[]): Steps<JsonObject> {
  const builder = new DocumentBuilder(info, []);
  for (const document of documents) yield* builder.laying(document);
  return yield* builder.building();
}

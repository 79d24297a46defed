import { JSON_INIT, JSON_TYPE } from "../json.ts";

/**
 * Status and headers of an answer; the usual ones are shared, since an object for each answer costs 3 % of it.
 *
 * @param type Content type that follows from the body, unless the headers have one.
 */
export function toInit(status: number, headers: Headers | null, type: string | null): ResponseInit {
  if (headers === null) {
    if (type === JSON_TYPE && status === 200) return JSON_INIT;
    return type === null ? { status } : { status, headers: { "content-type": type } };
  }
  if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
  return { status, headers };
}

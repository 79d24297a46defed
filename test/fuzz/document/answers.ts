import Ajv from "ajv";
import addFormats from "ajv-formats";
import type { DocumentedOperation } from "./calls.ts";

/** Says what is wrong with an answer; null for one that the document promises. */
export type Judge = (operation: DocumentedOperation, answer: Answer) => string | null;

export interface Answer {
  readonly status: number;
  readonly mediaType: string;
  readonly text: string;
}

/** Holds answers against a document with a validator that is not ours. */
export function judgeBy(document: unknown): Judge {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addKeyword("example");
  ajv.addSchema(withoutIdleNullable(document) as object, "document");
  const pointer = ({ path, method }: DocumentedOperation, status: string, type: string) =>
    `document#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}/content/${escaped(type)}/schema`;
  return (operation, { status, mediaType, text }) => {
    if (status >= 500) return `answered ${status}: ${text.slice(0, 300)}`;
    const documented = operation.answers[status];
    if (documented === undefined) return `answered the undocumented status ${status}: ${text.slice(0, 300)}`;
    const type = Object.keys(documented).find((each) => mediaType.startsWith(each));
    if (type === undefined) return `answered ${status} as "${mediaType}", which is not documented`;
    if (!type.includes("json")) return null;
    const validate = ajv.getSchema(pointer(operation, String(status), type));
    if (validate === undefined) return `has no schema for ${status}`;
    return validate(JSON.parse(text))
      ? null
      : `answered ${status} with ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`;
  };
}

/** For a JSON pointer in the fragment of a URI (RFC 6901 §6). */
function escaped(segment: string): string {
  return encodeURIComponent(segment.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/** `nullable` beside no `type` says nothing (OpenAPI 3.0.3, Schema Object), and the validator refuses it there. */
function withoutIdleNullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutIdleNullable);
  if (typeof node !== "object" || node === null) return node;
  const isIdle = "nullable" in node && !("type" in node);
  const members = Object.entries(node).filter(([key]) => !(isIdle && key === "nullable"));
  return Object.fromEntries(members.map(([key, value]) => [key, withoutIdleNullable(value)]));
}

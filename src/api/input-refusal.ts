import type { z } from "@hono/zod-openapi";
import { ExecError } from "../errors/exec-error.ts";

/** Where in a call a field stands. */
export type Place = "params" | "query" | "body";

const TEXT_OF_PLACE: Readonly<Record<Place, string>> = {
  params: "Invalid path parameter",
  query: "Invalid query parameter",
  body: "Invalid request body",
};

/**
 * Writes the first issue as the refusal a caller reads.
 *
 * A message that the schema brings along is the whole text, because the contract fixes some of them to the letter.
 * One that begins with "must" or comes from {@link writeReason} is only the reason.
 */
export function toRefusal(issues: readonly z.core.$ZodIssue[], place: Place): ExecError {
  const issue = issues[0];
  const reason = issue?.message ?? "is invalid";
  const field = issue === undefined || issue.path.length === 0 ? place : issue.path.map(String).join(".");
  const own = !reason.startsWith(REASON_MARK) && !reason.startsWith("must");
  const text = reason.replace(REASON_MARK, "");
  if (issue?.code === "unrecognized_keys") {
    return new ExecError("invalidInput", undefined, { details: { field: place, reason: text } });
  }
  return new ExecError("invalidInput", own ? text : TEXT_OF_PLACE[place], {
    details: { field, reason: text },
  });
}

/** Tells our reasons from the messages of schemas; taken off before anybody reads them. */
const REASON_MARK = "\u0000";

/** The reason for an issue whose schema brings no message of its own; completes "<field> …". */
export function writeReason(issue: z.core.$ZodRawIssue): string {
  return REASON_MARK + reasonOf(issue);
}

function reasonOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be ${withArticle(String(issue["expected"]))}`;
    case "invalid_value":
      return `must be one of ${(issue["values"] as readonly unknown[]).join(", ")}`;
    case "unrecognized_keys":
      return "unexpected parameter";
    case "too_small":
      return `must be at least ${String(issue["minimum"])}${unitOf(issue)}`;
    case "too_big":
      return `must be at most ${String(issue["maximum"])}${unitOf(issue)}`;
    case "invalid_format":
      return "has an invalid format";
    case "invalid_union":
      return "has none of the accepted forms";
    default:
      return "is invalid";
  }
}

function withArticle(noun: string): string {
  const name = noun === "record" ? "object" : noun === "int" ? "integer" : noun;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

function unitOf(issue: z.core.$ZodRawIssue): string {
  if (issue["origin"] === "string") return " characters";
  return issue["origin"] === "array" ? " items" : "";
}

import { z } from "@hono/zod-openapi";
import { isRecord } from "../base/realm.ts";
import { isPackageName } from "../packages/specifier.ts";

/** Packages that one call may name. */
const NAMES_MAX = 100;

/**
 * One text, several with commas between them, or a list; read as a list without repetitions.
 *
 * @param missing Text of the refusal when nothing, or no text at all, is given.
 * @param blanks What becomes of an empty text among others: refused here, or kept for the operation to answer about.
 */
export function oneOrMany(missing: string, blanks: "refused" | "kept" = "refused") {
  return z
    .unknown()
    .transform((given, { addIssue }) => {
      const list = typeof given === "string" ? given.split(",") : given;
      if (!Array.isArray(list)) {
        addIssue({ code: "custom", message: missing });
        return z.NEVER;
      }
      const wrong = list.findIndex(
        (each) => typeof each !== "string" || (blanks === "refused" && isBlank(each)),
      );
      if (list.length > NAMES_MAX)
        addIssue({ code: "custom", message: `must be at most ${NAMES_MAX} names` });
      // An empty text is nothing rather than a name.
      else if (isBlank(given) || list.length === 0) addIssue({ code: "custom", message: missing });
      else if (wrong >= 0) addIssue({ code: "custom", path: [wrong], message: "must be a name" });
      return [...new Set(list.map((each) => String(each).trim()))];
    })
    .openapi({
      anyOf: [
        { type: "string", description: "One, or several with commas between them" },
        { type: "array", items: { type: "string" }, maxItems: NAMES_MAX },
      ],
      example: ["dayjs"],
    });
}

function isBlank(given: unknown): boolean {
  return typeof given === "string" && given.trim() === "";
}

/** An object of texts by name, or the JSON of one. @param of What the texts are, for the refusal. */
export function textsByName(of: string) {
  const refusal = `must be an object of ${of} by name`;
  return z
    .unknown()
    .transform((given, { addIssue }) => {
      const found = typeof given === "string" ? parseJson(given) : given;
      if (!isRecord(found)) {
        addIssue({ code: "custom", message: refusal });
        return {};
      }
      for (const [name, text] of Object.entries(found)) {
        if (typeof text !== "string") addIssue({ code: "custom", path: [name], message: "must be a string" });
      }
      return found as Readonly<Record<string, string>>;
    })
    .openapi({
      anyOf: [
        { type: "object", additionalProperties: { type: "string" } },
        { type: "string", description: "The same as JSON" },
      ],
    });
}

/** What a package may be called. */
export const packageName = z.string().refine(isPackageName, { error: "must be the name of a package" });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // It is then no object.
  }
}

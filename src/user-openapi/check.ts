import { isObject } from "../base/realm.ts";
import { atOnce, type Steps } from "../base/turns.ts";
import { isJsonObject, isTooDeep, type Json, type JsonObject, listAt } from "./json.ts";
import { type MapRule, OBJECTS, type ObjectName, type Rule } from "./openapi-objects.ts";
import { faultOfRef, findRefs } from "./refs.ts";

/** Most faults that are told of one document; the first of them usually explains the others. */
const FAULTS_MAX = 50;

const TOO_DEEP = "the document is nested too deep";

/** Maps of a document that may have thousands of entries. */
const SPLIT = /^(?:paths|components\.\w+)$/;

/**
 * Holds a parsed value against OpenAPI 3.0.
 *
 * @param name What it is meant to be; members of `x-…` are never looked into.
 * @returns One sentence for each fault with its place, `paths./echo.get.responses is required`; none when it fits.
 */
export function checkObject(value: unknown, name: ObjectName): readonly string[] {
  if (isTooDeep(value)) return [TOO_DEEP];
  const check = new Check();
  atOnce(check.all(value as Json, name));
  return check.faults;
}

/**
 * The same for a whole document, whose `$ref`s must lead somewhere, too.
 *
 * @returns As {@link checkObject}.
 */
export function checkDocument(value: unknown): readonly string[] {
  return atOnce(checkingDocument(value));
}

/** The work of {@link checkDocument}, which takes a second for 10 MB. */
export function* checkingDocument(value: unknown): Steps<readonly string[]> {
  const parts = [...partsOf(value)];
  for (const [part, above] of parts) {
    if (isTooDeep(part, above)) return [TOO_DEEP];
    yield;
  }
  const check = new Check();
  yield* check.all(value as Json, "document");
  if (check.faults.length > 0 || !isJsonObject(value)) return check.faults;
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [part] of parts) {
    for (const ref of findRefs(part)) {
      if (seen.has(ref)) continue;
      seen.add(ref);
      const fault = faultOfRef(value, ref);
      if (fault !== null && faults.push(fault) >= FAULTS_MAX) return faults;
    }
    yield;
  }
  return faults;
}

/** The paths and components of a document one by one, and its other members, each with how deep it lies. */
function* partsOf(document: unknown): Generator<readonly [part: Json, above: number]> {
  if (!isJsonObject(document)) return yield [document as Json, 0];
  for (const [name, member] of Object.entries(document)) {
    const sections = name === "paths" ? [member] : name === "components" ? Object.values(member ?? {}) : [];
    if (!isJsonObject(member) || sections.length === 0) yield [member, 1];
    else
      for (const section of sections) {
        const above = name === "paths" ? 2 : 3;
        if (!isObject(section)) yield [section, above - 1];
        else for (const part of Object.values(section) as Json[]) yield [part, above];
      }
  }
}

class Check {
  readonly faults: string[] = [];
  /** Parts of a document that are looked at after the rest of it, one by one. */
  readonly #later: (() => void)[] = [];

  *all(value: Json, name: ObjectName): Steps<void> {
    this.object(value, name, "");
    for (const visit of this.#later) {
      visit();
      yield;
    }
  }

  object(value: Json, name: ObjectName, place: string): void {
    if (!isJsonObject(value)) return this.#refuse(place, "must be an object");
    const { members, required = [] } = OBJECTS[name];
    for (const member of required) {
      if (!Object.hasOwn(value, member)) this.#refuse(join(place, member), "is required");
    }
    for (const [member, inner] of Object.entries(value)) {
      if (member.startsWith("x-")) continue;
      const rule = Object.hasOwn(members, member) ? members[member] : undefined;
      if (rule === undefined) this.#refuse(join(place, member), `is no member of ${name} in OpenAPI 3.0`);
      else this.#visit(inner, rule, join(place, member));
    }
    const fault = faultOfWhole(value, name);
    if (fault !== null) this.#refuse(place, fault);
  }

  #visit(value: Json, rule: Rule, place: string): void {
    if (this.faults.length >= FAULTS_MAX || rule === "any") return;
    if (typeof rule === "string") {
      const fits =
        rule === "integer" ? Number.isSafeInteger(value) && Number(value) >= 0 : typeof value === rule;
      if (!fits) this.#refuse(place, `must be ${/^[aeiou]/.test(rule) ? "an" : "a"} ${rule}`);
    } else if ("one" in rule) {
      if (typeof value !== "string" || !rule.one.includes(value)) {
        this.#refuse(place, `must be one of ${rule.one.join(", ")}`);
      }
    } else if ("matches" in rule) {
      if (typeof value !== "string" || !rule.matches.test(value)) this.#refuse(place, `must be ${rule.as}`);
    } else if ("object" in rule) this.object(value, rule.object, place);
    else if ("refOr" in rule) {
      if (isJsonObject(value) && typeof value["$ref"] === "string") return;
      this.object(value, rule.refOr, place);
    } else if ("list" in rule) {
      if (!Array.isArray(value)) return this.#refuse(place, "must be a list");
      for (const [at, each] of (value as readonly Json[]).entries()) {
        this.#visit(each, rule.list, join(place, String(at)));
      }
    } else if ("map" in rule) this.#map(value, rule, place);
    else {
      const [first, second] = rule.either;
      this.#visit(value, typeof value === first ? first : second, place);
    }
  }

  #map(value: Json, { map, names, orRef }: MapRule, place: string): void {
    if (!isJsonObject(value)) return this.#refuse(place, "must be an object");
    if (orRef === true && typeof value["$ref"] === "string") return;
    for (const [name, each] of Object.entries(value)) {
      // Where names follow a pattern, another one can only be an extension.
      if (names !== undefined && name.startsWith("x-") && !names.test(name)) continue;
      if (names?.test(name) === false) this.#refuse(join(place, name), "is no usable name");
      else if (SPLIT.test(place)) this.#later.push(() => this.#visit(each, map, join(place, name)));
      else this.#visit(each, map, join(place, name));
    }
  }

  #refuse(place: string, reason: string): void {
    if (this.faults.length < FAULTS_MAX)
      this.faults.push(`${place === "" ? "the document" : place} ${reason}`);
  }
}

/** What a table of members cannot say. */
function faultOfWhole(value: JsonObject, name: ObjectName): string | null {
  switch (name) {
    case "parameter":
      if (value["in"] === "path" && value["required"] !== true) return "must have required: true";
      return Object.hasOwn(value, "schema") === Object.hasOwn(value, "content")
        ? "must have either schema or content"
        : null;
    case "operation":
      return Object.keys(value["responses"] ?? {}).length === 0 ? "must have at least one response" : null;
    case "schema":
      if (value["type"] === "array" && !Object.hasOwn(value, "items")) return "must have items";
      return Object.hasOwn(value, "enum") && listAt(value, "enum").length === 0
        ? "must have at least one value in enum"
        : null;
    case "securityScheme":
      return faultOfScheme(value);
    default:
      return null;
  }
}

/** Members besides type and description, by type: all of them are required but bearerFormat. */
const SCHEME_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  apiKey: ["name", "in"],
  http: ["scheme"],
  oauth2: ["flows"],
  openIdConnect: ["openIdConnectUrl"],
};

function faultOfScheme(scheme: JsonObject): string | null {
  const wanted = SCHEME_MEMBERS[String(scheme["type"])] ?? [];
  const missing = wanted.find((member) => !Object.hasOwn(scheme, member));
  if (missing !== undefined) return `must have ${missing}`;
  const allowed = ["type", "description", "bearerFormat", ...wanted];
  const stray = Object.keys(scheme).find((member) => !member.startsWith("x-") && !allowed.includes(member));
  return stray === undefined ? null : `must not have ${stray} with type ${String(scheme["type"])}`;
}

function join(place: string, member: string): string {
  return place === "" ? member : `${place}.${member}`;
}

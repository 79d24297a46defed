import { atOnce, type Steps } from "../base/turns.ts";
import { isJsonObject, type Json, type JsonObject, objectAt, toObject } from "./json.ts";
import { changeRefs, findRefs, pointerOf, toRef } from "./refs.ts";

/** Writes a part of a document so that it fits the components it came with, whatever they are called now. */
export type Rename = (part: Json) => Json;

/**
 * The components of a document that is made of several. What is called alike and says the same is shared; what says
 * something else gets another name (`Item_2`), and those that came with it follow.
 */
export class Components {
  readonly #sections = new Map<string, Map<string, Json>>();
  /** By `section/name`, so that the next one need not be looked for from the beginning. */
  readonly #lastNumbers = new Map<string, number>();

  /**
   * Takes in the components of one document.
   *
   * @returns What makes the rest of that document refer to them.
   */
  add(incoming: JsonObject): Rename {
    return atOnce(this.adding(incoming));
  }

  /** The work of {@link add}. */
  *adding(incoming: JsonObject): Steps<Rename> {
    const renamed = yield* this.#nameConflicts(incoming);
    const schemes = securityNames(renamed);
    const rename: Rename = (part) => {
      if (renamed.size === 0) return part;
      const changed = changeRefs(part, (ref) => renamedRef(ref, renamed));
      return schemes.size === 0 ? changed : renameSecurity(changed, schemes);
    };
    for (const [section, members] of Object.entries(incoming)) {
      const known = this.#sections.get(section) ?? new Map<string, Json>();
      this.#sections.set(section, known);
      for (const [name, value] of Object.entries(objectAt(incoming, section))) {
        known.set(renamed.get(`${section}/${name}`) ?? name, rename(value));
        yield;
      }
      if (!isJsonObject(members)) this.#sections.delete(section);
    }
    return rename;
  }

  /** Section by section; undefined when there are none. */
  toJson(): JsonObject | undefined {
    const filled = [...this.#sections].filter(([, members]) => members.size > 0);
    return filled.length === 0
      ? undefined
      : toObject(filled.map(([section, members]) => [section, toObject(members)]));
  }

  /** New names by `section/name`, for what cannot keep its own. */
  *#nameConflicts(incoming: JsonObject): Steps<Map<string, string>> {
    const members = Object.keys(incoming).flatMap((section) =>
      Object.entries(objectAt(incoming, section)).map(([name, value]) => ({ section, name, value })),
    );
    const waiting: Member[] = [];
    for (const member of members) {
      const known = this.#sections.get(member.section)?.get(member.name);
      if (known !== undefined && !Bun.deepEquals(known, member.value, true)) waiting.push(member);
      yield;
    }
    const renamed = new Map<string, string>();
    if (waiting.length === 0) return renamed;
    // One that is called and says the same still means something else once what it refers to has another name.
    const referring = yield* groupByTarget(members.filter(({ section, name }) => this.#has(section, name)));
    const taken = new Set(members.map(keyOf));
    for (let member = waiting.pop(); member !== undefined; member = waiting.pop()) {
      const key = keyOf(member);
      if (renamed.has(key)) continue;
      renamed.set(key, this.#freeName(member, taken));
      for (const each of referring.get(key) ?? []) waiting.push(each);
      yield;
    }
    return renamed;
  }

  /** A name with the next number that nobody has. */
  #freeName({ section, name }: Member, taken: Set<string>): string {
    const key = `${section}/${name}`;
    let count = this.#lastNumbers.get(key) ?? 1;
    let free: string;
    do {
      count += 1;
      free = `${name}_${count}`;
    } while (this.#has(section, free) || taken.has(`${section}/${free}`));
    this.#lastNumbers.set(key, count);
    taken.add(`${section}/${free}`);
    return free;
  }

  #has(section: string, name: string): boolean {
    return this.#sections.get(section)?.has(name) ?? false;
  }
}

/** One component of a document that is taken in. */
interface Member {
  readonly section: string;
  readonly name: string;
  readonly value: Json;
}

function keyOf({ section, name }: Member): string {
  return `${section}/${name}`;
}

/** Members by the `section/name` of each that they refer to. */
function* groupByTarget(members: readonly Member[]): Steps<ReadonlyMap<string, readonly Member[]>> {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    for (const ref of findRefs(member.value)) {
      const [components, section, name] = pointerOf(ref);
      if (components !== "components") continue;
      const group = groups.get(`${section}/${name}`);
      if (group === undefined) groups.set(`${section}/${name}`, [member]);
      else group.push(member);
    }
    yield;
  }
  return groups;
}

function renamedRef(ref: string, renamed: ReadonlyMap<string, string>): string {
  if (!ref.startsWith("#/components/")) return ref;
  const [components = "", section = "", name = "", ...rest] = pointerOf(ref);
  const other = renamed.get(`${section}/${name}`);
  return other === undefined ? ref : toRef(components, section, other, ...rest);
}

const SCHEMES = "securitySchemes/";

/** New names of security schemes by their old ones. */
function securityNames(renamed: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...renamed].flatMap(([key, name]): [string, string][] =>
      key.startsWith(SCHEMES) ? [[key.slice(SCHEMES.length), name]] : [],
    ),
  );
}

/** Security schemes are named, not referred to; the names stand in `security` of an operation or a document. */
function renameSecurity(part: Json, schemes: ReadonlyMap<string, string>): Json {
  if (!isJsonObject(part)) return part;
  return toObject(
    Object.entries(part).map(([name, value]) => {
      if (name !== "security" || !Array.isArray(value)) return [name, renameSecurity(value, schemes)];
      const requirements = (value as readonly Json[]).map((requirement) =>
        isJsonObject(requirement)
          ? toObject(
              Object.entries(requirement).map(([scheme, scopes]) => [schemes.get(scheme) ?? scheme, scopes]),
            )
          : requirement,
      );
      return [name, requirements];
    }),
  );
}

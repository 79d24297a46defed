import type { ObjectIndex, ObjectMember, ReturnType } from "./return-type-shape.ts";

/** What a generic name with its arguments stands for. */
export type UtilityType =
  | { readonly kind: "type"; readonly type: ReturnType }
  /** The name is known, its arguments do not fit. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Not one of the names of this file. */
  | { readonly kind: "unknown" };

/**
 * Replaces TypeScript's own generic types by what they stand for: `Array<T>`, `Record<K, V>`, `Partial<T>`, ….
 *
 * @see https://www.typescriptlang.org/docs/handbook/utility-types.html
 */
export function toUtilityType(name: string, parameters: readonly ReturnType[]): UtilityType {
  const generic = GENERICS.get(name);
  if (generic === undefined) return { kind: "unknown" };
  const [first = ANY, second = ANY] = parameters;
  if (parameters.length !== generic.parameterCount && !(generic.mayBeBare && parameters.length === 0)) {
    return refuse(`${name} needs ${generic.parameterCount} type argument(s), got ${parameters.length}`);
  }
  return generic.build(first, second);
}

interface Generic {
  readonly parameterCount: 0 | 1 | 2;
  /** Whether the name alone means "of anything". */
  readonly mayBeBare?: boolean;
  readonly build: (first: ReturnType, second: ReturnType) => UtilityType;
}

const ANY: ReturnType = { kind: "keyword", name: "any" };
const NOT_NULLISH: ReturnType = { kind: "object", members: [], indexes: [] };

/** A map, because names come from the caller and must not find members of `Object.prototype`. */
const GENERICS: ReadonlyMap<string, Generic> = new Map<string, Generic>([
  ["Array", { parameterCount: 1, mayBeBare: true, build: toArray }],
  ["ReadonlyArray", { parameterCount: 1, mayBeBare: true, build: toArray }],
  ["Awaited", { parameterCount: 1, build: accept }],
  ["Promise", { parameterCount: 1, mayBeBare: true, build: accept }],
  ["PromiseLike", { parameterCount: 1, mayBeBare: true, build: accept }],
  ["Readonly", { parameterCount: 1, build: accept }],
  ["Function", { parameterCount: 0, build: () => accept({ kind: "keyword", name: "Function" }) }],
  ["Object", { parameterCount: 0, build: () => accept(NOT_NULLISH) }],
  ["Map", { parameterCount: 2, mayBeBare: true, build: toMap }],
  ["ReadonlyMap", { parameterCount: 2, mayBeBare: true, build: toMap }],
  ["Set", { parameterCount: 1, mayBeBare: true, build: (value) => accept({ kind: "set", value }) }],
  ["ReadonlySet", { parameterCount: 1, mayBeBare: true, build: (value) => accept({ kind: "set", value }) }],
  ["Record", { parameterCount: 2, build: toRecord }],
  [
    "NonNullable",
    { parameterCount: 1, build: (type) => accept({ kind: "intersection", types: [type, NOT_NULLISH] }) },
  ],
  [
    "Partial",
    {
      parameterCount: 1,
      build: (type) => mapMembers("Partial", type, (member) => ({ ...member, optional: true })),
    },
  ],
  ["Required", { parameterCount: 1, build: (type) => mapMembers("Required", type, toRequired) }],
  ["Pick", { parameterCount: 2, build: (type, keys) => selectMembers("Pick", { type, keys, keep: true }) }],
  ["Omit", { parameterCount: 2, build: (type, keys) => selectMembers("Omit", { type, keys, keep: false }) }],
]);

function accept(type: ReturnType): UtilityType {
  return { kind: "type", type };
}

function refuse(reason: string): UtilityType {
  return { kind: "refused", reason };
}

function toArray(element: ReturnType): UtilityType {
  return accept({ kind: "array", element });
}

function toMap(key: ReturnType, value: ReturnType): UtilityType {
  return accept({ kind: "map", key, value });
}

function toRecord(keys: ReturnType, value: ReturnType): UtilityType {
  const members: ObjectMember[] = [];
  const indexes: ObjectIndex[] = [];
  for (const key of keys.kind === "union" ? keys.types : [keys]) {
    if (key.kind === "keyword" && (key.name === "string" || key.name === "any")) {
      indexes.push({ key: "string", value });
    } else if (key.kind === "keyword" && key.name === "number") {
      indexes.push({ key: "number", value });
    } else if (key.kind === "template") {
      indexes.push({ key: key.parts, value });
    } else if (key.kind === "literal" && typeof key.value !== "boolean") {
      members.push({ name: String(key.value), type: value, optional: false });
    } else {
      return refuse("Record needs string, number, a template or literals as its key");
    }
  }
  return accept({ kind: "object", members, indexes });
}

function toRequired(member: ObjectMember): ObjectMember {
  if (!member.optional) return member;
  // TypeScript takes `undefined` out of a member that was optional, so a missing one is a mismatch.
  return { ...member, optional: false, type: withoutUndefined(member.type) };
}

function withoutUndefined(type: ReturnType): ReturnType {
  if (type.kind !== "union") return type;
  return {
    kind: "union",
    types: type.types.filter((part) => part.kind !== "keyword" || part.name !== "undefined"),
  };
}

function mapMembers(
  name: string,
  type: ReturnType,
  change: (member: ObjectMember) => ObjectMember,
): UtilityType {
  return mapObjects(name, type, (object) => ({ ...object, members: object.members.map(change) }));
}

function selectMembers(
  name: string,
  { type, keys, keep }: { type: ReturnType; keys: ReturnType; keep: boolean },
): UtilityType {
  const names = new Set<string>();
  for (const key of keys.kind === "union" ? keys.types : [keys]) {
    if (key.kind !== "literal") return refuse(`${name} needs literal member names`);
    names.add(String(key.value));
  }
  return mapObjects(name, type, (object) => ({
    ...object,
    members: object.members.filter((member) => names.has(member.name) === keep),
    // A picked member is named, so the index signature goes; what is left after omitting may still be indexed.
    indexes: keep ? [] : object.indexes,
  }));
}

/** Applies a change to every object type in a union or intersection. */
function mapObjects(
  name: string,
  type: ReturnType,
  change: (object: ReturnType & { kind: "object" }) => ReturnType,
): UtilityType {
  if (type.kind === "object") return accept(change(type));
  if (type.kind !== "union" && type.kind !== "intersection") return refuse(`${name} needs an object type`);
  const types: ReturnType[] = [];
  for (const part of type.types) {
    const changed = mapObjects(name, part, change);
    if (changed.kind !== "type") return changed;
    types.push(changed.type);
  }
  return accept({ ...type, types });
}

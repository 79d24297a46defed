import { types } from "node:util";
import { isObject } from "../base/realm.ts";
import { describeValue, fitsFlatType } from "./return-type-flat.ts";
import { formatPath, type Path, ROOT } from "./return-type-path.ts";
import {
  formatReturnType,
  type ObjectIndex,
  type ReturnType,
  type TupleElement,
} from "./return-type-shape.ts";
import { matchesTemplate } from "./return-type-template.ts";

/** One place where a value does not fit its type. */
export interface TypeMismatch {
  /** `$` for the value itself, `$.users[0].name` below it. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly message: string;
}

/** Most mismatches reported for one value. */
const MISMATCHES_MAX = 100;
/** Most comparisons for one value. The type bounds the depth; this bounds a cyclic value that fans out at each level. */
const COMPARISONS_MAX = 5_000_000;

type Of<Kind extends ReturnType["kind"]> = Extract<ReturnType, { kind: Kind }>;

/** One comparison of a value with a type; collects what does not fit. */
export class TypeCheck {
  readonly #misfits: Misfit[] = [];
  #comparisons = 0;

  /** What does not fit so far. */
  get mismatches(): readonly TypeMismatch[] {
    return this.#misfits.map(toMismatch);
  }

  /** Whether everything compared so far fits. */
  get isFit(): boolean {
    return this.#misfits.length === 0;
  }

  /** Compares a value and everything below it. Getters and proxies that throw are mismatches, never errors. */
  visit(type: ReturnType, value: unknown, path: Path): void {
    if (this.#misfits.length >= MISMATCHES_MAX) return;
    this.#comparisons += 1;
    if (this.#comparisons > COMPARISONS_MAX) {
      this.#report({ path, type, actual: "part of a value too large to check" });
      return;
    }
    try {
      this.#compare(type, value, path);
    } catch {
      // A getter or a proxy trap of the script threw while the value was read; its error is not ours to show.
      this.#report({ path, type, actual: "a value that cannot be read" });
    }
  }

  #compare(type: ReturnType, value: unknown, path: Path): void {
    switch (type.kind) {
      case "array":
        this.#visitArray(type, value, path);
        break;
      case "tuple":
        this.#visitTuple(type, value, path);
        break;
      case "object":
        this.#visitObject(type, value, path);
        break;
      case "map":
        this.#visitMap(type, value, path);
        break;
      case "set":
        this.#visitSet(type, value, path);
        break;
      case "union":
        this.#visitUnion(type, value, path);
        break;
      case "intersection":
        for (const part of type.types) this.visit(part, value, path);
        break;
      default:
        if (!fitsFlatType(type, value)) this.#reportValue(type, value, path);
    }
  }

  #visitArray(type: Of<"array">, value: unknown, path: Path): void {
    if (!Array.isArray(value)) {
      this.#reportValue(type, value, path);
      return;
    }
    for (let index = 0; index < value.length && this.#goesOn(); index++) {
      this.visit(type.element, value[index], { above: path, step: index });
    }
  }

  #visitTuple(type: Of<"tuple">, value: unknown, path: Path): void {
    if (!Array.isArray(value)) {
      this.#reportValue(type, value, path);
      return;
    }
    const { elements } = type;
    const restAt = elements.findIndex((element) => element.presence === "rest");
    const requiredCount = elements.filter((element) => element.presence === "required").length;
    if (value.length < requiredCount || (restAt === -1 && value.length > elements.length)) {
      this.#report({ path, type, actual: `array of length ${value.length}` });
      return;
    }
    for (let index = 0; index < value.length && this.#goesOn(); index++) {
      const element = toElementAt({ elements, restAt, index, length: value.length });
      if (element === undefined) continue;
      if (element.presence === "optional" && value[index] === undefined) continue;
      this.visit(element.type, value[index], { above: path, step: index });
    }
  }

  #visitObject(type: Of<"object">, value: unknown, path: Path): void {
    const { members, indexes } = type;
    if (members.length === 0 && indexes.length === 0) {
      // `{}` is TypeScript's "anything but null and undefined".
      if (value === null || value === undefined) this.#reportValue(type, value, path);
      return;
    }
    if (!isObject(value) && typeof value !== "function") {
      this.#reportValue(type, value, path);
      return;
    }
    const record = value as Readonly<Record<string, unknown>>;
    for (const member of members) {
      if (!this.#goesOn()) return;
      const memberPath: Path = { above: path, step: member.name };
      const memberValue = record[member.name];
      if (memberValue !== undefined) this.visit(member.type, memberValue, memberPath);
      else if (!member.optional && !acceptsUndefined(member.type)) {
        const actual = member.name in record ? "undefined" : "missing";
        this.#report({ path: memberPath, type: member.type, actual });
      }
    }
    for (const index of indexes) {
      for (const key of Object.keys(record)) {
        if (!this.#goesOn()) return;
        if (fitsKey(index.key, key)) this.visit(index.value, record[key], { above: path, step: key });
      }
    }
  }

  #visitMap(type: Of<"map">, value: unknown, path: Path): void {
    if (!types.isMap(value)) {
      this.#reportValue(type, value, path);
      return;
    }
    let position = 0;
    // The intrinsic method reads a map of every realm, and no override of the script runs.
    for (const [key, item] of Map.prototype.entries.call(value)) {
      if (!this.#goesOn()) return;
      this.visit(type.key, key, { above: path, list: "keys", step: position });
      this.visit(type.value, item, { above: path, list: "values", step: position });
      position += 1;
    }
  }

  #visitSet(type: Of<"set">, value: unknown, path: Path): void {
    if (!types.isSet(value)) {
      this.#reportValue(type, value, path);
      return;
    }
    let position = 0;
    for (const item of Set.prototype.values.call(value)) {
      if (!this.#goesOn()) return;
      this.visit(type.value, item, { above: path, list: "values", step: position });
      position += 1;
    }
  }

  /**
   * A value fits a union when it fits one part. When it fits none, the report is the one of the only part whose
   * outer form was right (`{ a: string } | null` and an object), and the whole union otherwise.
   */
  #visitUnion(type: Of<"union">, value: unknown, path: Path): void {
    const before = this.#misfits.length;
    const nearMisses: (readonly Misfit[])[] = [];
    for (const part of type.types) {
      this.visit(part, value, path);
      const found = this.#misfits.splice(before);
      if (found.length === 0) return;
      if (found.every((misfit) => misfit.path !== path)) nearMisses.push(found);
    }
    const [nearest] = nearMisses;
    if (nearest !== undefined && nearMisses.length === 1) this.#misfits.push(...nearest);
    else this.#reportValue(type, value, path);
  }

  #goesOn(): boolean {
    return this.#misfits.length < MISMATCHES_MAX && this.#comparisons <= COMPARISONS_MAX;
  }

  #reportValue(type: ReturnType, value: unknown, path: Path): void {
    this.#report({ path, type, actual: describeValue(value) });
  }

  #report(misfit: Misfit): void {
    this.#misfits.push(misfit);
  }
}

/** A mismatch that has no words yet, because a union may take it back. */
interface Misfit {
  readonly path: Path;
  readonly type: ReturnType;
  readonly actual: string;
}

function toMismatch({ path: at, type, actual }: Misfit): TypeMismatch {
  const path = formatPath(at);
  const expected = formatReturnType(type);
  return { path, expected, actual, message: `${path} must be ${expected}, but is ${actual}` };
}

function fitsKey(key: ObjectIndex["key"], name: string): boolean {
  if (key === "string") return true;
  if (key === "number") return name !== "" && String(Number(name)) === name;
  return matchesTemplate(key, name);
}

/** Elements after a rest are counted from the end. */
function toElementAt(place: {
  elements: readonly TupleElement[];
  restAt: number;
  index: number;
  length: number;
}): TupleElement | undefined {
  const { elements, restAt, index, length } = place;
  if (restAt === -1 || index < restAt) return elements[index];
  const fromEnd = length - index;
  return fromEnd < elements.length - restAt ? elements[elements.length - fromEnd] : elements[restAt];
}

function acceptsUndefined(type: ReturnType): boolean {
  const probe = new TypeCheck();
  probe.visit(type, undefined, ROOT);
  return probe.isFit;
}

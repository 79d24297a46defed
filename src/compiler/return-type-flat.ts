import { types } from "node:util";
import { isError, isObject } from "../base/realm.ts";
import type { InstanceName, KeywordName, ReturnType } from "./return-type-shape.ts";
import { matchesTemplate } from "./return-type-template.ts";

/** A type that is decided by looking at the value alone. */
export type FlatType = Extract<
  ReturnType,
  { kind: "keyword" | "literal" | "bigint-literal" | "template" | "instance" }
>;

/** Longest preview of a primitive in a message, in UTF-16 units. */
const PREVIEW_LENGTH_MAX = 60;

/** Whether a value of any realm fits a type that says nothing about what is inside the value. */
export function fitsFlatType(type: FlatType, value: unknown): boolean {
  switch (type.kind) {
    case "keyword":
      return fitsKeyword(type.name, value);
    case "literal":
      return type.value === value;
    case "bigint-literal":
      return typeof value === "bigint" && String(value) === type.digits;
    case "template":
      return typeof value === "string" && matchesTemplate(type.parts, value);
    case "instance":
      return isInstance(type.name, value);
    default:
      return type satisfies never;
  }
}

/** What a value is, in a few words; primitives with their value, objects without what is in them. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  switch (typeof value) {
    case "string":
      return `string ${toPreview(JSON.stringify(value.slice(0, PREVIEW_LENGTH_MAX + 1)))}`;
    case "number":
    case "boolean":
      return `${typeof value} ${String(value)}`;
    case "bigint":
      return `bigint ${toPreview(`${value}n`)}`;
    case "symbol":
    case "function":
      return typeof value;
    default:
      return describeObject(value);
  }
}

function fitsKeyword(name: KeywordName, value: unknown): boolean {
  switch (name) {
    case "any":
    case "unknown":
      return true;
    case "never":
      return false;
    case "null":
      return value === null;
    case "undefined":
    case "void":
      return value === undefined;
    case "object":
      return isObject(value) || typeof value === "function";
    case "Function":
      return typeof value === "function";
    case "bigint":
      return typeof value === "bigint";
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "symbol":
      return typeof value === "symbol";
    default:
      return name satisfies never;
  }
}

/** Inner slots and tags, because the prototype of another realm is a different object. */
function isInstance(name: InstanceName, value: unknown): boolean {
  switch (name) {
    case "ArrayBuffer":
      return types.isAnyArrayBuffer(value);
    case "Buffer":
      return Buffer.isBuffer(value);
    case "Date":
      return types.isDate(value);
    case "Error":
      return isError(value);
    case "RegExp":
      return types.isRegExp(value);
    case "Uint8Array":
      return types.isUint8Array(value);
    default:
      name satisfies "Blob" | "ReadableStream" | "Response" | "URL";
      return isObject(value) && Object.prototype.toString.call(value) === `[object ${name}]`;
  }
}

function describeObject(value: object): string {
  if (types.isProxy(value)) return "object";
  if (Array.isArray(value)) return "array";
  if (types.isPromise(value)) return "Promise";
  const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return tag === "Object" ? "object" : toPreview(tag);
}

function toPreview(text: string): string {
  return text.length <= PREVIEW_LENGTH_MAX ? text : `${text.slice(0, PREVIEW_LENGTH_MAX)}…`;
}

import type { Steps } from "../base/turns.ts";
import { Components, type Rename } from "./components.ts";
import { isJsonObject, type Json, type JsonObject, listAt, objectAt, toObject } from "./json.ts";
import { withoutTemplateNames } from "./paths.ts";

/** Operations a path can have, in the order in which they are written (OpenAPI 3.0.3 §4.7.9). */
export const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;

/** A part of a document and what it refers to. */
export interface Part {
  readonly item: JsonObject;
  readonly components: JsonObject;
  readonly tags: readonly Json[];
}

/** What a document says about itself. */
export interface DocumentInfo {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** Puts an OpenAPI document together; what it is made of has been checked before. */
export class DocumentBuilder {
  readonly #info: DocumentInfo;
  readonly #components = new Components();
  readonly #paths = new Map<string, JsonObject>();
  /** Paths by what they are without the names of their templates. */
  readonly #alike = new Map<string, string>();
  readonly #tags = new Map<string, Json>();
  /** What the document as a whole says: `servers`, `security`, `externalDocs`, `x-…`. */
  readonly #whole = new Map<string, Json>();

  constructor(info: DocumentInfo, servers: readonly Json[]) {
    this.#info = info;
    if (servers.length > 0) this.#whole.set("servers", servers);
  }

  /** How many paths there are. */
  get pathCount(): number {
    return this.#paths.size;
  }

  /** The path that is the same to OpenAPI, whatever its templates are called; undefined for none. */
  pathLike(path: string): string | undefined {
    return this.#alike.get(withoutTemplateNames(path));
  }

  /** Adds a path that is not there yet. */
  addPath(path: string, { item, components, tags }: Part): void {
    const rename = this.#components.add(components);
    this.#setPath(path, rename(item) as JsonObject);
    this.#addTags(tags);
  }

  /**
   * Lays a whole document on top: its operations replace those of the same path and method, and what it says about servers
   * and security stands for all. A path that only differs in the names of its templates replaces the other one.
   */
  *laying(document: JsonObject): Steps<void> {
    const rename = yield* this.#components.adding(objectAt(document, "components"));
    for (const [path, item] of Object.entries(objectAt(document, "paths"))) {
      if (!path.startsWith("/") || !isJsonObject(item)) continue;
      const known = this.pathLike(path);
      const under = known === path ? (this.#paths.get(path) ?? {}) : {};
      if (known !== undefined && known !== path) this.#paths.delete(known);
      this.#setPath(path, layItem(under, rename(item) as JsonObject));
      yield;
    }
    this.#addTags(listAt(document, "tags"));
    this.#layWhole(document, rename);
  }

  /** Notes something about the document as a whole. */
  note(name: `x-${string}`, value: Json): void {
    this.#whole.set(name, value);
  }

  *building(): Steps<JsonObject> {
    const { title, description, version } = this.#info;
    return toObject([
      ["openapi", "3.0.3"],
      ["info", { title, description, version }],
      ["servers", this.#whole.get("servers")],
      ["tags", this.#tags.size > 0 ? [...this.#tags.values()] : undefined],
      ["paths", yield* withUniqueIds(this.#paths)],
      ["components", this.#components.toJson()],
      ...[...this.#whole].filter(([name]) => name !== "servers"),
    ]);
  }

  #setPath(path: string, item: JsonObject): void {
    this.#paths.set(path, item);
    this.#alike.set(withoutTemplateNames(path), path);
  }

  #layWhole(document: JsonObject, rename: Rename): void {
    for (const [name, value] of Object.entries(document)) {
      if (["servers", "externalDocs"].includes(name) || name.startsWith("x-")) this.#whole.set(name, value);
      if (name === "security") this.#whole.set(name, objectOf(rename({ security: value }), name));
    }
  }

  #addTags(tags: readonly Json[]): void {
    for (const tag of tags) {
      const name = isJsonObject(tag) ? tag["name"] : undefined;
      if (typeof name === "string") this.#tags.set(name, tag);
    }
  }
}

function objectOf(value: Json, name: string): Json {
  return (isJsonObject(value) ? value[name] : undefined) ?? [];
}

function layItem(under: JsonObject, over: JsonObject): JsonObject {
  const keyOf = (parameter: Json) =>
    isJsonObject(parameter) ? JSON.stringify([parameter["in"], parameter["name"], parameter["$ref"]]) : "";
  const parameters = new Map(
    [...listAt(under, "parameters"), ...listAt(over, "parameters")].map((each) => [keyOf(each), each]),
  );
  const both = { ...under, ...over };
  return parameters.size === 0 ? both : { ...both, parameters: [...parameters.values()] };
}

/** No two operations may have one id; a later one gets a number (OpenAPI 3.0.3 §4.7.10). */
function* withUniqueIds(paths: ReadonlyMap<string, JsonObject>): Steps<JsonObject> {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  const unique = (operation: Json): Json => {
    const id = isJsonObject(operation) ? operation["operationId"] : undefined;
    if (typeof id !== "string" || !isJsonObject(operation)) return operation;
    let name = id;
    while (taken.has(name)) {
      const count = (lastNumbers.get(id) ?? 1) + 1;
      lastNumbers.set(id, count);
      name = `${id}_${count}`;
    }
    taken.add(name);
    return name === id ? operation : { ...operation, operationId: name };
  };
  const items: (readonly [string, JsonObject])[] = [];
  for (const [path, item] of paths) {
    const members = Object.entries(item).map(
      ([name, value]) =>
        [name, (METHODS as readonly string[]).includes(name) ? unique(value) : value] as const,
    );
    items.push([path, toObject(members)]);
    yield;
  }
  return toObject(items);
}

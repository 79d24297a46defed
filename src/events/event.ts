/** A JSON Schema, as far as payloads need one. */
export interface JsonSchema {
  readonly type: "string" | "boolean" | "integer" | "array" | "object";
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

/** One member of a payload. `holds` is never set: it carries the member's type. */
export interface Field<T> {
  readonly schema: JsonSchema;
  readonly holds?: T;
}

/** A row of the events table. */
export interface EventRow<Fields extends EventFields = EventFields> {
  readonly channel: EventChannel;
  /** One sentence in the past tense without full stop. */
  readonly description: string;
  readonly fields: Fields;
  readonly example: Payload<Fields>;
}

/** Members of a payload by name. */
export type EventFields = Readonly<Record<string, Field<unknown>>>;

/** The payload that has such members; one whose type holds `undefined` may be left out. */
export type Payload<Fields extends EventFields> = {
  readonly [Name in keyof Fields as undefined extends Held<Fields[Name]> ? never : Name]: Held<Fields[Name]>;
} & {
  readonly [Name in keyof Fields as undefined extends Held<Fields[Name]> ? Name : never]?: Exclude<
    Held<Fields[Name]>,
    undefined
  >;
};

type Held<F> = F extends { readonly holds?: infer T } ? T : never;

/** What a client may ask for as a whole (operations.md §10.1). */
export type EventChannel = "scripts" | "schedules" | "system";

/** A row, with its example checked against its fields. */
export function event<const Fields extends EventFields>(row: EventRow<Fields>): EventRow<Fields> {
  return row;
}

/** @param description What it says, where its name does not. */
export function text(description?: string): Field<string> {
  return { schema: { type: "string", ...(description === undefined ? {} : { description }) } };
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Field<Word> {
  return { schema: { type: "string", enum: words } };
}

export function yesNo(description?: string): Field<boolean> {
  return { schema: { type: "boolean", ...(description === undefined ? {} : { description }) } };
}

export function integer(description?: string): Field<number> {
  return { schema: { type: "integer", ...(description === undefined ? {} : { description }) } };
}

export function listOf<T>({ schema: items }: Field<T>, description: string): Field<readonly T[]> {
  return { schema: { type: "array", items, description } };
}

export function objectOf<const Fields extends EventFields>(fields: Fields): Field<Payload<Fields>> {
  return { schema: schemaOf(fields) };
}

/** The same, and the member may be absent. */
export function optional<T>({ schema }: Field<T>): Field<T | undefined> {
  return { schema, ...OPTIONAL };
}

const OPTIONAL = { isOptional: true } as const;

/** The fields of a payload as one schema. */
export function schemaOf(fields: EventFields): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
    required: Object.entries(fields).flatMap(([name, field]) => ("isOptional" in field ? [] : [name])),
    additionalProperties: false,
  };
}

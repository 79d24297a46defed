import fc from "fast-check";

/** A JSON Schema as OpenAPI 3.0 knows it; only what the document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Finds the schema behind a `$ref`. */
export type Resolve = (schema: Schema) => Schema;

/** Texts that mean something to the server, so that calls get further than its first check. */
export type Known = (name: string) => readonly string[];

/** Values that fit a schema, drawn from its example, its constraints and what the server knows under that name. */
export function fitting(schema: Schema, name: string, resolve: Resolve, known: Known): fc.Arbitrary<unknown> {
  const at = (inner: Schema, innerName = name) => fitting(inner, innerName, resolve, known);
  const it = resolve(schema);
  const some = it.example === undefined ? [] : [fc.constant(it.example)];
  const none = it.nullable ? [fc.constant(null)] : [];
  const choices = it.oneOf ?? it.anyOf;
  if (choices) return fc.oneof(...some, ...none, ...choices.map((each) => at(each)));
  if (it.allOf)
    return fc.tuple(...it.allOf.map((each) => at(each))).map((parts) => Object.assign({}, ...parts));
  if (it.enum) return fc.oneof(fc.constantFrom(...it.enum), ...none);
  switch (it.type) {
    case "boolean":
      return fc.oneof(fc.boolean(), ...none);
    case "integer":
    case "number": {
      const { minimum: min = -1_000, maximum: max = 100_000 } = it;
      return fc.oneof(
        ...some,
        ...none,
        it.type === "integer" ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }),
      );
    }
    case "string": {
      const { minLength = 0, maxLength = 60 } = it;
      const any = fc.string({ minLength, maxLength: Math.min(maxLength, 60) });
      const texts = known(name);
      if (texts.length === 0) return fc.oneof(...some, ...none, any);
      return fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...texts) }, ...some, ...none, any);
    }
    case "array": {
      const { minItems: minLength = 0, maxItems = 4 } = it;
      return fc.oneof(...none, fc.array(at(it.items ?? {}), { minLength, maxLength: Math.min(maxItems, 4) }));
    }
    case "object": {
      const members = Object.entries(it.properties ?? {}).map(
        ([key, inner]) => [key, at(inner, key)] as const,
      );
      const required = it.required?.filter((key) => key in (it.properties ?? {})) ?? [];
      const record = fc.record(Object.fromEntries(members), { requiredKeys: [...required] as never[] });
      if (it.properties !== undefined || !it.additionalProperties) return fc.oneof(...none, record);
      const inner =
        it.additionalProperties === true ? fc.jsonValue({ maxDepth: 2 }) : at(it.additionalProperties);
      return fc.oneof(...none, fc.dictionary(fc.string({ maxLength: 8 }), inner, { maxKeys: 3 }));
    }
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** Texts that have broken servers before. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    " ",
    ".",
    "..",
    "../x",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "a\0b",
    "a\\b",
    "%",
    "%2e%2e/x",
    "__proto__",
    "constructor",
    "node_modules/x",
    "_hoody/x",
    "[",
    "(a+)+$",
    "*".repeat(40),
    "{{{{".repeat(10),
    "* * * * *",
    "0 0 31 2 *",
    "http://127.0.0.1:1/openapi.json",
    "file:///etc/passwd",
    "-g",
    "lodash@file:../x",
    "9".repeat(400),
    "𝕏".repeat(50),
    "x".repeat(5_000),
  ),
);

/** Any JSON in place of what was asked for. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 2, arbitrary: oddText },
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, -1, 0, 1.5, 1e308, true, [], {}, { toString: 1 }, [[[[]]]]),
);

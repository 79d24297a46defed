import fc from "fast-check";
import { fitting, type Known, oddText, oddValue, type Resolve, type Schema } from "./values.ts";

/** One operation of an OpenAPI document. */
export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly body: Schema | null;
  /** Documented answers by status: media type → schema. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
}

/** One call of an operation. */
export interface Call {
  readonly operation: DocumentedOperation;
  /** With query. */
  readonly url: string;
  readonly init: RequestInit;
}

/** Scripts answer what they like, which nothing can be held against. */
const SCRIPTS = "/{path}";

/** The operations of a document, and the way to the schemas it names. */
export function readDocument(document: unknown): {
  readonly operations: readonly DocumentedOperation[];
  readonly resolve: Resolve;
} {
  // biome-ignore lint/suspicious/noExplicitAny: the document is read as any client would read it
  const { paths, components } = document as any;
  const operations = Object.entries<Record<string, never>>(paths)
    .filter(([path]) => path !== SCRIPTS)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => toOperation(path, method, operation)),
    );
  const resolve: Resolve = (schema) =>
    schema.$ref === undefined ? schema : resolve(components.schemas[schema.$ref.split("/").at(-1) ?? ""]);
  return { operations, resolve };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
function toOperation(path: string, method: string, operation: any): DocumentedOperation {
  const answers = Object.entries<Record<string, never>>(operation.responses).map(
    ([status, { content = {} }]) => [
      status,
      Object.fromEntries(
        Object.entries<{ schema: Schema }>(content).map(([type, { schema }]) => [type, schema]),
      ),
    ],
  );
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    parameters: operation.parameters ?? [],
    body: operation.requestBody?.content["application/json"].schema ?? null,
    answers: Object.fromEntries(answers),
  };
}

/** Calls as the document allows them, and the same with one thing wrong: a value, a name, a type, or the JSON itself. */
export function callsOf(operation: DocumentedOperation, resolve: Resolve, known: Known): fc.Arbitrary<Call> {
  const value = (name: string, schema: Schema, isText: boolean) => {
    const right = fitting(schema, name, resolve, known);
    return fc.oneof({ weight: 5, arbitrary: right }, isText ? oddText : oddValue);
  };
  const valuesIn = (place: string) => {
    const found = operation.parameters.filter((each) => each.in === place);
    const members = found.map(({ name, schema }) => [name, value(name, schema, true)] as const);
    const always = place === "path" ? found : found.filter(({ required }) => required);
    const often = fc.record(Object.fromEntries(members), {
      requiredKeys: always.map(({ name }) => name) as never[],
    });
    return place === "path"
      ? often
      : fc.oneof(
          { weight: 8, arbitrary: often },
          fc.dictionary(fc.constantFrom(...names(operation)), oddText, { maxKeys: 4 }),
        );
  };
  return fc
    .record({
      path: valuesIn("path"),
      query: valuesIn("query"),
      body: bodyOf(operation, resolve, value),
      headers: oddHeaders,
    })
    .map(({ path, query, body, headers }) => {
      const filled = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encode(String(path[name as never]) || "x"),
      );
      const search = new URLSearchParams(toTexts(query)).toString();
      const init =
        body === null ? { headers } : { headers: { "content-type": "application/json", ...headers }, body };
      return {
        operation,
        url: search === "" ? filled : `${filled}?${search}`,
        init: { method: operation.method, ...init },
      };
    });
}

function bodyOf(
  { body }: DocumentedOperation,
  resolve: Resolve,
  value: (name: string, schema: Schema, isText: boolean) => fc.Arbitrary<unknown>,
): fc.Arbitrary<string | null> {
  if (body === null) return fc.constant(null);
  const { properties = {}, required = [] } = resolve(body);
  const members = Object.entries(properties).map(
    ([name, schema]) => [name, value(name, schema, false)] as const,
  );
  const right = fc.record(Object.fromEntries(members), {
    requiredKeys: required.filter((name) => name in properties) as never[],
  });
  return fc.oneof(
    { weight: 12, arbitrary: right.map((it) => JSON.stringify(it)) },
    {
      weight: 3,
      arbitrary: fc.record(Object.fromEntries(members), { requiredKeys: [] }).map((it) => JSON.stringify(it)),
    },
    { weight: 2, arbitrary: oddValue.map((it) => JSON.stringify(it) ?? "") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("", "{", "[1,", '{"a":}', "\u0000", '{"__proto__":{"x":1}}', "nul"),
    },
  );
}

/** Now and then a header that decides about something. */
const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, string>[]>(
    { host: "p1-c1-exec-2.node.localhost" },
    { host: "a..b" },
    { "content-type": "text/plain" },
    { accept: "application/xml" },
    { "if-none-match": "*" },
    { range: "bytes=0-1" },
    { authorization: "Bearer x" },
  ),
);

function names({ parameters }: DocumentedOperation): string[] {
  return [...parameters.map(({ name }) => name), "x", "__proto__"];
}

function toTexts(query: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** As a careful client would; a lone half of a pair, which no URL can hold, becomes U+FFFD. */
function encode(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  // A segment of dots alone would be taken out of the path before it is sent.
  return /^\.+$/.test(encoded) ? encoded.replaceAll(".", "%2E") : encoded;
}

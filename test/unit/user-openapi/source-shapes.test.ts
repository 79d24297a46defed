import { describe, expect, test } from "bun:test";
import { parseDirectives } from "../../../src/directives/parse.ts";
import { readSourceShapes } from "../../../src/user-openapi/source-shapes.ts";

function read(text: string, file = "a.ts") {
  return readSourceShapes(text, { file, name: "a", directives: parseDirectives(text) });
}

/** The schema of one type. */
const ofType = (type: string, declarations = "") =>
  read(`${declarations}\nconst x = req.body as ${type};`).body;

const STRING = { type: "string" };
const NUMBER = { type: "number" };

describe("types", () => {
  test.each<[string, unknown]>([
    ["string", STRING],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the type is a template
    ["`a${number}`", STRING],
    ["boolean", { type: "boolean" }],
    ['"a"', { type: "string", enum: ["a"] }],
    ["-1", { type: "number", enum: [-1] }],
    ['"a" | "b"', { type: "string", enum: ["a", "b"] }],
    ["string | null", { type: "string", nullable: true }],
    ['"a" | null', { type: "string", enum: ["a", null], nullable: true }],
    ["string | undefined", STRING],
    ["string | number", { anyOf: [STRING, NUMBER] }],
    ["(string)[]", { type: "array", items: STRING }],
    ["readonly string[]", { type: "array", items: STRING }],
    ["Array<Date>", { type: "array", items: { type: "string", format: "date-time" } }],
    ["[string, number?]", { type: "array", items: { anyOf: [STRING, NUMBER] }, minItems: 1, maxItems: 2 }],
    ["[string, ...number[]]", { type: "array", items: {}, minItems: 1 }],
    ["Record<string, number>", { type: "object", additionalProperties: NUMBER }],
    ['Record<"a", number>', { type: "object", properties: { a: NUMBER }, required: ["a"] }],
    ["{ [key: string]: number }", { type: "object", additionalProperties: NUMBER }],
    [
      "{ a: string; b?: number; c(): void; d: never }",
      { type: "object", properties: { a: STRING, b: NUMBER }, required: ["a"] },
    ],
    ["{ a: string | undefined }", { type: "object", properties: { a: STRING } }],
    ["Partial<{ a: string }>", { type: "object", properties: { a: STRING } }],
    ["Required<{ a?: string }>", { type: "object", properties: { a: STRING }, required: ["a"] }],
    ['Pick<{ a: string; b: number }, "a">', { type: "object", properties: { a: STRING }, required: ["a"] }],
    ['Omit<{ a: string; b?: number }, "a">', { type: "object", properties: { b: NUMBER } }],
    [
      "{ a: string } & { b: number }",
      {
        allOf: [
          { type: "object", properties: { a: STRING }, required: ["a"] },
          { type: "object", properties: { b: NUMBER }, required: ["b"] },
        ],
      },
    ],
    ["any", undefined],
    ["unknown", undefined],
    ["Elsewhere", undefined],
    ["string | Elsewhere", undefined],
    ["keyof Foo", undefined],
    ["T extends string ? 1 : 2", undefined],
  ])("%s", (type, schema) => {
    expect(ofType(type) as unknown).toEqual(schema);
  });

  test("named types are components, and may refer to themselves and to each other", () => {
    const shapes = read("interface A { b: B }\ntype B = A[];\nexport default (req: { body: A }) => 1;");
    expect(shapes.body).toEqual({ $ref: "#/components/schemas/A" });
    expect(shapes.components).toEqual({
      A: { type: "object", properties: { b: { $ref: "#/components/schemas/B" } }, required: ["b"] },
      B: { type: "array", items: { $ref: "#/components/schemas/A" } },
    });
  });

  test("generic types are written out", () => {
    expect(ofType("Page<string>", "type Page<T> = { rows: T[] };")).toEqual({
      type: "object",
      properties: { rows: { type: "array", items: STRING } },
      required: ["rows"],
    });
  });

  test("an interface has what it extends", () => {
    const { components } = read("interface A { a: 1 }\ninterface B extends A { b: 2 }\nreq.body as B;");
    expect(components["B"]).toMatchObject({
      allOf: [{ $ref: "#/components/schemas/A" }, { properties: { b: {} } }],
    });
  });

  test.each([
    [
      "doubles with each level",
      `type D<T> = { a: T; b: T };\nreq.body as ${"D<".repeat(30)}1${">".repeat(30)};`,
    ],
    ["never ends", "type T<X> = { a: T<X[]>; b: T<[X]> };\nreq.body as T<1>;"],
    [
      "doubles by intersections",
      `${Array.from({ length: 40 }, (_, at) => `type A${at} = A${at + 1} & A${at + 1};`).join("\n")} export default (req: A0) => 1`,
    ],
    [
      "extends itself",
      "interface A<T> extends A<T>, A<[T]> { a: T } req.body as A<1>; export default (req: A<1>) => 1",
    ],
    ["is a circle", "type A = B; type B = A; req.body as A;"],
    [
      "is a circle of interfaces",
      "interface A extends B {} interface B extends A {} export default (req: A) => 1",
    ],
  ])("a type that %s ends", (_name, text) => {
    const started = performance.now();
    expect(JSON.stringify(read(text)).length).toBeLessThan(1_000_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

test("constants that double with each other end, and what types say still counts", () => {
  const doubling = Array.from({ length: 30 }, (_, at) => {
    const value = at === 0 ? '{ type: "string" }' : `{ allOf: [c${at - 1}, c${at - 1}] }`;
    return `const c${at} = ${value};\n`;
  }).join("");
  const started = performance.now();
  const shapes = read(`${doubling}export const schema = { body: c29 };\nreq.body as string;`);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(shapes.body).toEqual(STRING);
});

test("a list of a hundred thousand values is only a list", () => {
  expect(read(`export const schema = { body: { enum: [${"1,".repeat(100_000)}] } };`).body).toBeUndefined();
  expect(read(`const x = [${"1,".repeat(200_000)}]; req.body as string`).body).toEqual(STRING);
});

describe("where types stand", () => {
  test.each([
    ["export default (req: Request<{ id: string }>) => 1", "body"],
    ["export default function (req: AuthRequest<{ id: string }, unknown>) {}", "params"],
    ["const h = (req: Request<any, any, { id: string }>) => 1; export default h;", "query"],
    ["export default (req: Request<any, { id: string }, any, any>) => 1", "response"],
    ["module.exports = (req: { body: { id: string } }) => 1", "body"],
    ["module.exports = (req: Req & { query: { id: string } }) => 1", "query"],
    ["exports.handler = (req, res, metadata: { parameters: { id: string } }) => 1", "params"],
    ["export default async (req): Promise<{ id: string }> => ({ id: '' })", "response"],
    ["export async function POST(request) { return (await request.json()) as { id: string } }", "body"],
    ["const body: { id: string } = req.body ?? {}; return body;", "body"],
    ["const { id }: { id: string } = req.body;", "body"],
    ["return (<{ id: string }>req.body).id", "body"],
    ["return metadata.query as { id: string }", "query"],
    ["return metadata.parameters satisfies { id: string }", "params"],
    ["// @return-type { id: string }\nreturn req.body", "response"],
    ["// @return-type Promise<{ id: string }>\nexport default (): { other: 1 } => 1", "response"],
  ] as const)("%s", (text, part) => {
    expect(read(text)[part]).toEqual({ type: "object", properties: { id: STRING }, required: ["id"] });
  });

  test("nothing is read where nothing is said", () => {
    for (const text of [
      "return 1",
      "const = 1",
      "export default (req, res) => 1",
      "x.body as { a: 1 }",
      "`",
      "(".repeat(5000),
    ]) {
      expect(read(text)).toEqual({ components: {}, methods: [] });
    }
  });

  test("functions named by method say which methods there are", () => {
    expect(read("export const GET = () => 1; export function PUT() {}").methods).toEqual(["get", "put"]);
  });
});

describe("a literal schema", () => {
  test.each([
    "exports.schema = { body: { type: 'string' } }",
    "module.exports = () => 1; module.exports.schema = { body: { type: 'string' } }",
    "export const schema = { body: { type: 'string' } } as const",
    "const schema = { body: { type: 'string' } }; export { schema }",
    "const body = { type: `string` }; export const schema = { body } satisfies object",
  ])("%s", (text) => {
    expect(read(text).body).toEqual(STRING);
  });

  test("beats the types", () => {
    const text =
      "export const schema = { body: { type: 'string' } }; export default (req: Request<number>) => 1";
    expect(read(text).body).toEqual(STRING);
  });

  test.each([
    "export const schema = { body: f() }",
    "export const schema = { ...other }",
    "export const schema = { [key]: 1 }",
    "const a = [b]; const b = [a]; export const schema = { body: a }",
    "export const schema = { get body() { return 1 } }",
    "export const schema = 5",
  ])("%s is none", (text) => {
    expect(read(text).body).toBeUndefined();
  });
});

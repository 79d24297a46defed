// biome-ignore-all lint/suspicious/noTemplateCurlyInString: template literal types are what is tested
import { describe, expect, test } from "bun:test";
import vm from "node:vm";
import fc from "fast-check";
import { checkReturnType, parseReturnType } from "../../../src/compiler/return-type.ts";
import { isExecError } from "../../../src/errors/exec-error.ts";

/** Values that fit a type and values that do not. */
interface Row {
  readonly type: string;
  readonly fits: readonly unknown[];
  readonly misfits: readonly unknown[];
}

const nothing = (): void => {};

const ROWS: readonly Row[] = [
  { type: "string", fits: ["", "a"], misfits: [1, null, undefined, ["a"]] },
  { type: "number", fits: [0, -1.5, Number.NaN], misfits: ["1", 1n, null] },
  { type: "boolean", fits: [true, false], misfits: [0, "true"] },
  { type: "bigint", fits: [1n], misfits: [1] },
  { type: "symbol", fits: [Symbol.iterator], misfits: ["symbol"] },
  { type: "null", fits: [null], misfits: [undefined, 0] },
  { type: "undefined", fits: [undefined], misfits: [null] },
  { type: "void", fits: [undefined], misfits: [null, 1] },
  { type: "any", fits: [1, null, undefined, {}], misfits: [] },
  { type: "unknown", fits: [1, null, undefined, {}], misfits: [] },
  { type: "never", fits: [], misfits: [1, null, undefined, {}] },
  { type: "object", fits: [{}, [], nothing], misfits: [null, 1, "a", undefined] },
  { type: "Object", fits: [{}, 1, "a"], misfits: [null, undefined] },
  { type: "{}", fits: [{}, 1, "a", { a: 1 }], misfits: [null, undefined] },
  { type: "Function", fits: [nothing], misfits: [{}] },
  { type: "(a: number) => void", fits: [nothing], misfits: [{}] },
  { type: '"a"', fits: ["a"], misfits: ["b", ""] },
  { type: "`a`", fits: ["a"], misfits: ["b"] },
  { type: "42", fits: [42], misfits: [41, "42"] },
  { type: "-1", fits: [-1], misfits: [1] },
  { type: "true", fits: [true], misfits: [false, 1] },
  { type: "-7n", fits: [-7n], misfits: [7n, -7] },
  { type: '"a" | "b" | 3', fits: ["a", "b", 3], misfits: ["c", 4, null] },
  { type: "| string | null", fits: ["a", null], misfits: [undefined, 1] },
  { type: "(string)", fits: ["a"], misfits: [1] },
  { type: "{ a: string } & { b: number }", fits: [{ a: "x", b: 1 }], misfits: [{ a: "x" }, { b: 1 }] },
  { type: "string[]", fits: [[], ["a"]], misfits: [[1], "a", { length: 0 }, ["a", null]] },
  { type: "(string | number)[][]", fits: [[["a", 1]], [[]]], misfits: [["a"], [[null]]] },
  { type: "readonly number[]", fits: [[1]], misfits: [["1"]] },
  { type: "Array<number>", fits: [[1]], misfits: [["1"], 1] },
  { type: "Array", fits: [[1, "a"]], misfits: [{}] },
  { type: "ReadonlyArray<number>", fits: [[1]], misfits: [["1"]] },
  { type: "[string, number]", fits: [["a", 1]], misfits: [["a"], ["a", "b"], ["a", 1, 2], []] },
  {
    type: "[string, number?]",
    fits: [["a"], ["a", 1], ["a", undefined]],
    misfits: [[], ["a", "b"], ["a", 1, 2]],
  },
  {
    type: "[name: string, age?: number]",
    fits: [["a"], ["a", 1]],
    misfits: [[1], ["a", "b"]],
  },
  {
    type: "[string, ...number[]]",
    fits: [["a"], ["a", 1, 2]],
    misfits: [[], [1], ["a", 1, "b"]],
  },
  {
    type: "[string, ...rest: number[], boolean]",
    fits: [
      ["a", true],
      ["a", 1, 2, false],
    ],
    misfits: [["a"], ["a", 1], ["a", true, true]],
  },
  { type: "[]", fits: [[]], misfits: [[1]] },
  {
    type: "{ a: string; b?: number }",
    fits: [{ a: "x" }, { a: "x", b: 1 }, { a: "x", b: undefined }, { a: "x", more: true }],
    misfits: [{}, { a: 1 }, { a: "x", b: "y" }, null, "a", [1]],
  },
  { type: "{ a: string | undefined }", fits: [{}, { a: undefined }, { a: "x" }], misfits: [{ a: 1 }] },
  { type: '{ readonly "a-b": 1; 2: 2 }', fits: [{ "a-b": 1, 2: 2 }], misfits: [{ "a-b": 1 }] },
  { type: "{ run(): void; close?(): void }", fits: [{ run: nothing }], misfits: [{ run: 1 }, {}] },
  { type: "{ get size(): number; set size(v: number) }", fits: [{ size: 1 }], misfits: [{ size: "1" }] },
  { type: "{ [key: string]: number }", fits: [{}, { a: 1 }], misfits: [{ a: "1" }] },
  { type: "{ [key: number]: number }", fits: [{ 1: 1, a: "x" }], misfits: [{ 1: "x" }] },
  {
    type: "{ [key: `x-${string}`]: number }",
    fits: [{ "x-a": 1, other: "x" }],
    misfits: [{ "x-a": "1" }],
  },
  { type: "Record<string, number>", fits: [{}, { a: 1 }], misfits: [{ a: "x" }, null] },
  { type: 'Record<"a" | "b", number>', fits: [{ a: 1, b: 2 }], misfits: [{ a: 1 }] },
  { type: "Partial<{ a: string }>", fits: [{}, { a: "x" }], misfits: [{ a: 1 }] },
  { type: "Required<{ a?: string | undefined }>", fits: [{ a: "x" }], misfits: [{}, { a: undefined }] },
  { type: "Readonly<{ a: string }>", fits: [{ a: "x" }], misfits: [{}] },
  { type: 'Pick<{ a: string; b: number }, "a">', fits: [{ a: "x" }], misfits: [{ b: 1 }] },
  { type: 'Omit<{ a: string; b: number }, "a">', fits: [{ b: 1 }], misfits: [{ a: "x" }] },
  { type: "Partial<{ a: 1 } & { b: 2 }>", fits: [{}, { a: 1 }], misfits: [{ b: 1 }] },
  { type: "NonNullable<string | null>", fits: ["a"], misfits: [null, 1] },
  { type: "Promise<{ ok: boolean }>", fits: [{ ok: true }], misfits: [{}, { ok: 1 }] },
  { type: "Promise<string> | number", fits: ["a", 1], misfits: [true] },
  { type: "Date", fits: [new Date()], misfits: ["2026-01-01", 0, { getTime: nothing }] },
  { type: "Map<string, number>", fits: [new Map([["a", 1]])], misfits: [new Map([[1, 1]]), {}] },
  { type: "Set<string>", fits: [new Set(["a"])], misfits: [new Set([1]), ["a"]] },
  { type: "Map", fits: [new Map([[1, 1]])], misfits: [new Set()] },
  { type: "Uint8Array", fits: [new Uint8Array(1), Buffer.from("a")], misfits: [new Int8Array(1), [1]] },
  { type: "Buffer", fits: [Buffer.from("a")], misfits: [new Uint8Array(1)] },
  { type: "Error", fits: [new TypeError("x")], misfits: [{ message: "x" }] },
  { type: "RegExp", fits: [/a/], misfits: ["a"] },
  { type: "URL", fits: [new URL("http://a")], misfits: ["http://a"] },
  { type: "Response", fits: [new Response("a")], misfits: [{ status: 200 }] },
  { type: "`user-${number}`", fits: ["user-1", "user--1.5"], misfits: ["user-", "user-a", "user-01", 1] },
  { type: "`${string}@${string}.de`", fits: ["a@b.de", "@.de"], misfits: ["a@b", "ab.de"] },
  { type: '`${"a" | "b"}-${boolean}`', fits: ["a-true", "b-false"], misfits: ["c-true", "a-1"] },
  {
    type: "{ users: { name: string; tags: string[] }[]; next: string | null };",
    fits: [{ users: [{ name: "a", tags: ["x"] }], next: null }],
    misfits: [{ users: [{ name: "a", tags: [1] }], next: null }, { users: [] }],
  },
];

describe("a type", () => {
  for (const { type, fits, misfits } of ROWS) {
    test(`${type} accepts what TypeScript accepts and nothing else`, () => {
      const parsed = parseReturnType(type);
      for (const value of fits) expect(checkReturnType(parsed, value)).toEqual([]);
      for (const value of misfits) expect(checkReturnType(parsed, value)).not.toEqual([]);
      expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
    });
  }
});

describe("values of another realm", () => {
  const foreign = (source: string): unknown => vm.runInContext(source, vm.createContext({}));

  test.each([
    ["Date", "new Date()"],
    ["Error", "new RangeError('x')"],
    ["RegExp", "/a/"],
    ["Map<string, number[]>", "new Map([['a', [1]]])"],
    ["Set<string>", "new Set(['a'])"],
    ["Uint8Array", "new Uint8Array(2)"],
    ["{ list: [string, number?] }", "({ list: ['a'] })"],
    ["Record<string, number>", "Object.assign(Object.create(null), { a: 1 })"],
    ["() => void", "(() => {})"],
  ])("are recognised as %s", (type, source) => {
    expect(checkReturnType(parseReturnType(type), foreign(source))).toEqual([]);
  });
});

describe("a mismatch", () => {
  const mismatchesOf = (type: string, value: unknown) => checkReturnType(parseReturnType(type), value);

  test("says where, what was expected and what was there", () => {
    expect(mismatchesOf("{ users: { name: string }[] }", { users: [{ name: "a" }, { name: 5 }] })).toEqual([
      {
        path: "$.users[1].name",
        expected: "string",
        actual: "number 5",
        message: "$.users[1].name must be string, but is number 5",
      },
    ]);
  });

  test("calls an absent member missing", () => {
    expect(mismatchesOf("{ a: string }", {})).toMatchObject([{ path: "$.a", actual: "missing" }]);
  });

  test("is reported inside the only part of a union that has the right outer form", () => {
    expect(mismatchesOf("{ a: string } | null", { a: 1 })).toMatchObject([
      { path: "$.a", expected: "string" },
    ]);
  });

  test("names the whole union when several parts or none come close", () => {
    expect(mismatchesOf("{ a: string } | { b: string }", {})).toMatchObject([
      { path: "$", expected: "{ a: string } | { b: string }", actual: "object" },
    ]);
  });

  test("quotes member names that are no identifiers", () => {
    expect(mismatchesOf("Record<string, number>", { "a b": "x" })).toMatchObject([{ path: '$["a b"]' }]);
  });

  test("shows a long string only in part", () => {
    const [mismatch] = mismatchesOf("number", "s".repeat(10_000));
    expect(mismatch?.message.length).toBeLessThan(120);
  });

  test("is reported a hundred times at most", () => {
    expect(mismatchesOf("number[]", new Array(1000).fill("x"))).toHaveLength(100);
  });
});

describe("a hostile value", () => {
  test("that is cyclic ends", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(checkReturnType(parseReturnType("{ self: { self: { self: object } } }"), cyclic)).toEqual([]);
  });

  test("that is cyclic and fans out at every level ends and is refused", () => {
    const wide: unknown[] = [];
    wide.push(wide, wide, wide, wide);
    const type = parseReturnType(`unknown${"[]".repeat(60)}`);
    expect(checkReturnType(type, wide)[0]?.actual).toBe("part of a value too large to check");
    // A union must not take the exhausted part for one that fits.
    expect(checkReturnType({ kind: "union", types: [type, type] }, wide)).not.toEqual([]);
  });

  test("with a getter that throws is a mismatch", () => {
    const value = {
      get a(): string {
        throw new Error("secret");
      },
    };
    const [mismatch] = checkReturnType(parseReturnType("{ a: string }"), value);
    expect(mismatch).toMatchObject({ path: "$", actual: "a value that cannot be read" });
    expect(JSON.stringify(mismatch)).not.toContain("secret");
  });

  test("that is a revoked proxy is a mismatch for every type that looks inside", () => {
    for (const type of ["string", "{ a: 1 }", "string[]", "[1]", "Map", "Date", "URL", "string | null"]) {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      expect(checkReturnType(parseReturnType(type), proxy)).not.toEqual([]);
    }
  });

  test("never makes the checker throw, whatever the type", () => {
    const typeText = fc.letrec<{ type: string }>((tie) => ({
      type: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("string", "null", "unknown", '"a"', "7", "Date", "`a${number}`", "() => void"),
        tie("type").map((type) => `(${type})[]`),
        fc.tuple(tie("type"), tie("type")).map(([a, b]) => `(${a}) | (${b})`),
        fc.tuple(tie("type"), tie("type")).map(([a, b]) => `{ a: ${a}; b?: ${b}; [key: string]: any }`),
        fc.tuple(tie("type"), tie("type")).map(([a, b]) => `[${a}, (${b})?]`),
        tie("type").map((type) => `Map<string, ${type}>`),
      ),
    })).type;
    const anyValue = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    fc.assert(
      fc.property(typeText, anyValue, (definition, value) => {
        const found = checkReturnType(parseReturnType(definition), value);
        for (const { path, expected, actual, message } of found) {
          expect(path).toStartWith("$");
          expect(message).toBe(`${path} must be ${expected}, but is ${actual}`);
        }
      }),
      { seed: 20260115, numRuns: 500 },
    );
  });
});

describe("a definition that cannot be used", () => {
  const detailsOf = (definition: string): Readonly<Record<string, unknown>> | undefined => {
    try {
      parseReturnType(definition);
    } catch (thrown) {
      if (isExecError(thrown) && thrown.kind === "invalidInput") return thrown.details;
      throw thrown;
    }
    throw new Error(`"${definition}" was accepted`);
  };

  test.each([
    ["", /./, 1],
    ["{ a: ", /Unexpected token/, 6],
    ["string; type U = number", /One type is expected/, 9],
    ["string = 1", /./, 7],
    ["keyof { a: 1 }", /"keyof" is not supported/, 1],
    ["{ a: typeof process }", /A type query is not supported/, 6],
    ["A extends string ? 1 : 2", /A conditional type is not supported/, 1],
    ["{ [K in 'a']: string }", /A mapped type is not supported/, 1],
    ["{ a: 1 }['a']", /An indexed access type is not supported/, 1],
    ["string | Foo", /The type "Foo" is not known here/, 10],
    ["Foo<string>", /The type "Foo" is not known here/, 1],
    ["constructor", /The type "constructor" is not known here/, 1],
    ["Date<string>", /The type "Date" is not known here/, 1],
    ["A.B", /A qualified name is not supported/, 1],
    ["{ a: Promise<string> }", /Promise is only supported around the whole type/, 6],
    ["Array<string, number>", /Array needs 1 type argument/, 1],
    ["Record<boolean, number>", /Record needs string/, 1],
    ["Pick<string, 'a'>", /Pick needs an object type/, 1],
    ["Omit<{ a: 1 }, string>", /Omit needs literal member names/, 1],
    ["`${object}`", /not supported inside a template/, 4],
    ["[...string[], ...number[]]", /one rest element/, 15],
    ["{ (): void }", /call or construct signature/, 3],
    ["{ [Symbol.iterator]: string }", /computed member name/, 4],
    ["{ [key: symbol]: string }", /An index signature needs/, 3],
    [`string${"[]".repeat(70)}`, /nested deeper than 64 levels/, 1],
    ["[".repeat(5_000), /brackets are open/, 1],
    ["[()=>".repeat(1_500), /brackets are open/, 1],
    ["1".repeat(9_000), /over the limit of 8000/, 1],
  ])("%p is refused with the place", (definition, reason, position) => {
    const details = detailsOf(definition);
    expect(details).toMatchObject({ field: "typeDefinition", position });
    expect(details?.["reason"]).toMatch(reason);
  });
});

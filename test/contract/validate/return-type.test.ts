import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/validate/return-type";
const MISSING = "Missing required fields: typeDefinition and value";

test("a value that fits answers exactly the fields of the contract", async () => {
  await using app = await testApp();
  const typeDefinition = "Promise<{ ok: boolean }>";
  const { status, body } = await app.call("POST", PATH, { typeDefinition, value: { ok: true } });
  expect(status).toBe(200);
  expect(body).toEqual({
    valid: true,
    errors: [],
    typeDefinition,
    parsedType: {
      kind: "object",
      members: [{ name: "ok", type: { kind: "keyword", name: "boolean" }, optional: false }],
      indexes: [],
    },
    message: "Value matches the type",
  });
});

test("a value that does not fit answers every mismatch", async () => {
  await using app = await testApp();
  const { status, body } = await app.call("POST", PATH, {
    typeDefinition: "{ users: { name: string }[]; total: number }",
    value: { users: [{ name: "a" }, {}] },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    valid: false,
    errors: [
      {
        path: "$.users[1].name",
        expected: "string",
        actual: "missing",
        message: "$.users[1].name must be string, but is missing",
      },
      {
        path: "$.total",
        expected: "number",
        actual: "missing",
        message: "$.total must be number, but is missing",
      },
    ],
    message: "Value does not match the type",
  });
});

for (const [value, valid] of [
  [null, true],
  [0, false],
  ["", false],
] as const) {
  scenario(`the value ${JSON.stringify(value)} counts as present`, {
    request: ["POST", PATH, { typeDefinition: "null", value }],
    status: 200,
    body: { valid },
  });
}

scenario("a missing value is refused", {
  request: ["POST", PATH, { typeDefinition: "string" }],
  status: 400,
  body: { error: MISSING, code: "VALIDATION_ERROR" },
});

scenario("a missing type is refused", {
  request: ["POST", PATH, { value: 1 }],
  status: 400,
  body: { error: MISSING, code: "VALIDATION_ERROR" },
});

scenario("no body at all is refused", {
  request: ["POST", PATH],
  status: 400,
  body: { error: MISSING, code: "VALIDATION_ERROR" },
});

scenario("a type that is no text is refused", {
  request: ["POST", PATH, { typeDefinition: 1, value: 1 }],
  status: 400,
  body: { error: "typeDefinition must be a string", code: "VALIDATION_ERROR" },
});

scenario("a type that does not parse is refused with the place", {
  request: ["POST", PATH, { typeDefinition: "{ a: keyof B }", value: 1 }],
  status: 400,
  body: {
    error: "Failed to parse type definition",
    code: "VALIDATION_ERROR",
    details: { field: "typeDefinition", reason: '"keyof" is not supported', position: 6 },
  },
});

scenario("a type nested without end is refused, and the server lives on", {
  request: ["POST", PATH, { typeDefinition: "[".repeat(7_000), value: 1 }],
  status: 400,
  body: { error: "Failed to parse type definition" },
});

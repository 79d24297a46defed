import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const PATH = "/api/v1/exec/validate/dependencies";
const CODE = `import { join } from "node:path";
import pad from "left-pad";
const absent = require("absent/sub");
const helper = require("./helper");
const scoped = await import("@scope/name");
return 1;`;

test("installed, built-in and missing modules are told apart, in exactly the fields of the contract", async () => {
  await using app = await testApp({
    files: { "node_modules/left-pad/package.json": '{"name":"left-pad","version":"1.3.0"}' },
  });
  const { status, body } = await app.call("POST", PATH, { code: CODE });
  expect(status).toBe(200);
  expect({ ...body, dependencies: byName(body.dependencies) }).toEqual({
    totalModules: 4,
    allInstalled: false,
    missingCount: 2,
    missingModules: expect.any(Array),
    dependencies: [
      { name: "@scope/name", installed: false },
      { name: "absent", installed: false },
      { name: "left-pad", installed: true, version: "1.3.0" },
      { name: "node:path", installed: true, builtin: true },
    ],
    message: "2 of 4 dependencies are missing",
    installCommand: expect.stringMatching(/^bun add /),
  });
  expect([...body.missingModules].sort()).toEqual(["@scope/name", "absent"]);
});

function byName(dependencies: readonly { readonly name: string }[]): readonly { readonly name: string }[] {
  return [...dependencies].sort((a, b) => a.name.localeCompare(b.name));
}

scenario("code without imports has nothing to install", {
  request: ["POST", PATH, { code: "return 1" }],
  status: 200,
  body: {
    totalModules: 0,
    allInstalled: true,
    missingCount: 0,
    missingModules: [],
    dependencies: [],
    installCommand: null,
  },
});

scenario("a versioned specifier is missing, because the loader refuses it", {
  request: ["POST", PATH, { code: 'return require("lodash@4")' }],
  status: 200,
  body: { missingModules: ["lodash@4"], installCommand: null },
});

scenario("code that does not parse is refused", {
  request: ["POST", PATH, { code: "import from" }],
  status: 400,
  body: { error: "JavaScript syntax error detected", code: "VALIDATION_ERROR" },
});

scenario("a body without code is refused", {
  request: ["POST", PATH, {}],
  status: 400,
  body: { error: "Missing code in request body", code: "VALIDATION_ERROR" },
});

scenario("code that is no text is refused", {
  request: ["POST", PATH, { code: {} }],
  status: 400,
  body: { error: "code must be a string", code: "VALIDATION_ERROR" },
});

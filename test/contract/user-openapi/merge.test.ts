import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { expectOpenApi } from "../../support/openapi-validator.ts";
import { scenario } from "../../support/scenario.ts";

const MERGE = "/api/v1/exec/user-openapi/merge";
const files = {
  "default/1/echo.js": "return 1",
  "default/1/users/[id].ts": "return 1",
  "app/2/x.ts": "return 1",
};
const answers = (description: string) => ({ responses: { 200: { description } } });
const spec = (paths: object, more: object = {}) => ({
  openapi: "3.0.3",
  info: { title: "t", version: "1" },
  paths,
  ...more,
});

async function merged(body: object) {
  await using app = await testApp({ files });
  const answer = await app.call("POST", MERGE, body);
  expect(answer.status).toBe(200);
  expect(Object.keys(answer.body)).toEqual(["success", "data"]);
  expect(answer.body.success).toBe(true);
  await expectOpenApi(answer.body.data);
  expect((await app.scripts.list()).sort()).toEqual(Object.keys(files).sort());
  return answer.body.data;
}

describe("openapi.merge", () => {
  test("scripts and a hand-written document in one", async () => {
    const data = await merged({
      directories: ["scripts"],
      specs: [spec({ "/extra": { get: answers("extra") } })],
    });
    expect(Object.keys(data.paths)).toEqual(["/echo", "/users/{id}", "/extra"]);
    expect(data.info).toEqual({
      title: "Merged API",
      description: "Combined OpenAPI specification",
      version: "1.0.0",
    });
  });

  test("a large merge lets others have their turns", async () => {
    const many = (description: string) => {
      const names = Array.from({ length: 4_000 }, (_, at) => `S${at}`);
      const $ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
      return spec(
        Object.fromEntries(names.map((name) => [`/${description}/${name}`, { get: answers(name) }])),
        {
          components: {
            schemas: Object.fromEntries(
              names.map((name, at) => [
                name,
                { description, allOf: [$ref(names[(at + 1) % names.length] ?? "")] },
              ]),
            ),
          },
        },
      );
    };
    let turns = 0;
    const count = () => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    await using app = await testApp();
    const before = turns;
    const { status, body } = await app.call("POST", MERGE, { specs: [many("one"), many("two")] });
    clearImmediate(immediate);
    expect(status).toBe(200);
    expect(Object.keys(body.data.paths)).toHaveLength(8_000);
    expect(Object.keys(body.data.components.schemas)).toHaveLength(8_000);
    // In one go there are two or three; the work takes a fifth of a second, a turn of it 4 ms.
    expect(turns - before).toBeGreaterThan(10);
  });

  test("nothing makes an empty document, with the title that was asked for", async () => {
    expect(await merged({ title: "T", description: "D", version: "9" })).toEqual({
      openapi: "3.0.3",
      info: { title: "T", description: "D", version: "9" },
      paths: {},
    });
  });

  test("a later operation replaces an earlier one of its path and method, and no other", async () => {
    const data = await merged({
      specs: [
        spec({ "/a": { get: answers("first"), post: answers("first") } }),
        spec({ "/a": { get: answers("second") } }),
      ],
    });
    expect(data.paths["/a"]).toEqual({ get: answers("second"), post: answers("first") });
  });

  test("a path that only differs in the names of its templates replaces the other one", async () => {
    const parameters = [{ name: "user", in: "path", required: true, schema: { type: "string" } }];
    const data = await merged({
      directories: ["scripts"],
      specs: [spec({ "/users/{user}": { parameters, get: answers("") } })],
    });
    expect(Object.keys(data.paths)).toEqual(["/echo", "/users/{user}"]);
  });

  test("components keep their references; security schemes that differ are renamed where they are asked for", async () => {
    const secured = (scheme: string) =>
      spec(
        { [`/${scheme}`]: { get: { ...answers(""), security: [{ key: [] }] } } },
        { components: { securitySchemes: { key: { type: "http", scheme } } } },
      );
    const data = await merged({ specs: [secured("basic"), secured("bearer"), secured("basic")] });
    expect(data.paths["/basic"].get.security).toEqual([{ key: [] }]);
    expect(data.paths["/bearer"].get.security).toEqual([{ key_2: [] }]);
    expect(Object.keys(data.components.securitySchemes)).toEqual(["key", "key_2"]);
  });

  test("the last word about servers and security stands for all; tags come together", async () => {
    const data = await merged({
      specs: [
        spec({}, { servers: [{ url: "https://a.example.com" }], tags: [{ name: "a" }] }),
        spec(
          {},
          {
            servers: [{ url: "https://b.example.com" }],
            tags: [{ name: "b" }],
            security: [{ key: [] }],
            components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
          },
        ),
      ],
    });
    expect(data).toMatchObject({
      servers: [{ url: "https://b.example.com" }],
      tags: [{ name: "a" }, { name: "b" }],
      security: [{ key: [] }],
    });
  });

  test("ids of operations stay unique", async () => {
    const named = { ...answers(""), operationId: "same" };
    const data = await merged({ specs: [spec({ "/a": { get: named }, "/b": { get: named } })] });
    expect(data.paths["/b"].get.operationId).toBe("same_2");
  });

  test("subdomain and execId choose whose scripts", async () => {
    const data = await merged({ directories: ["scripts"], subdomain: "app", execId: "2" });
    expect(Object.keys(data.paths)).toEqual(["/x"]);
  });

  test("names of Object.prototype are names like others", async () => {
    await using app = await testApp();
    const text = `{"specs":[{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{},"components":{"schemas":
      {"__proto__":{"type":"string"},"constructor":{"type":"integer"},"toString":{"$ref":"#/components/schemas/__proto__"}}}}]}`;
    const response = await app.fetch(MERGE, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: text,
    });
    expect(await response.text()).toContain(
      '"schemas":{"__proto__":{"type":"string"},"constructor":{"type":"integer"},"toString":{"$ref":"#/components/schemas/__proto__"}}',
    );
  });

  const deep = JSON.parse(`${'{"a":'.repeat(500)}1${"}".repeat(500)}`);
  const refusals: readonly [body: object, status: number, error: RegExp][] = [
    [{ specs: {} }, 400, /^Invalid request body$/],
    [{ specs: [1] }, 400, /^Invalid request body$/],
    [{ directories: "scripts" }, 400, /^Invalid request body$/],
    [{ title: 1 }, 400, /^Invalid request body$/],
    [{ description: {} }, 400, /^Invalid request body$/],
    [{ version: 1 }, 400, /^Invalid request body$/],
    [{ specs: [{}] }, 400, /^Invalid OpenAPI document in specs\.0: openapi is required$/],
    [{ specs: [spec({}), { swagger: "2.0" }] }, 400, /in specs\.1: openapi is required$/],
    [{ specs: [spec({ a: {} })] }, 400, /paths\.a is no usable name$/],
    [{ specs: [deep] }, 400, /nested too deep$/],
    [{ directories: ["none"] }, 404, /^Directory not found$/],
    [{ directories: ["../.."] }, 403, /^Invalid path/],
  ];
  for (const [body, status, error] of refusals) {
    scenario(`${JSON.stringify(body).slice(0, 60)} is refused: ${error.source}`, {
      files,
      request: ["POST", MERGE, body],
      status,
      body: { success: false, error: expect.stringMatching(error) },
    });
  }
});

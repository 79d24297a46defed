import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

const PATH = "/api/v1/exec/shared-state/set";

describe("state.set", () => {
  test("scripts see the value at once, in the object they hold", async () => {
    await using app = await testApp();
    const held = app.services.shared.of("default/1");
    const { status, body } = await app.call("POST", PATH, { hostname: "default/1", path: "a.b", value: [1] });
    expect(status).toBe(200);
    expect(body).toEqual({ hostname: "default/1", path: "a.b", updated: true, merged: false, size: 3 });
    expect(held).toEqual({ a: { b: [1] } });
  });

  test("merge adds members and says so", async () => {
    await using app = await testApp();
    await app.call("POST", PATH, { hostname: "default", value: { a: 1 } });
    const { body } = await app.call("POST", PATH, { hostname: "default", value: { b: 2 }, merge: true });
    expect(body).toEqual({ hostname: "default", path: null, updated: true, merged: true, size: 13 });
    expect(app.services.shared.of("default/1")).toEqual({ a: 1, b: 2 });
  });

  test.each([null, false, 0, ""])("the value %j counts as given", async (value) => {
    await using app = await testApp();
    const { status } = await app.call("POST", PATH, { hostname: "default", path: "x", value });
    expect(status).toBe(200);
    expect(app.services.shared.of("default/1")).toEqual({ x: value });
  });

  test("a state past --shared-state-max is refused with both figures and left as it was", async () => {
    await using app = await testApp({ flags: ["--shared-state-max", "100b"] });
    const { status, body } = await app.call("POST", PATH, {
      hostname: "default",
      path: "x",
      value: "y".repeat(200),
    });
    expect(status).toBe(413);
    expect(body).toMatchObject({
      code: "ERROR_413",
      details: { field: "value", sizeBytes: 208, maxBytes: 100 },
    });
    expect(app.services.shared.keys()).toEqual([]);
  });

  test.each<[object, string]>([
    [{ value: 1 }, "hostname is required"],
    [{ hostname: "default", path: "a" }, "value is required"],
    [{ hostname: "default", value: 1 }, "value must be an object when no path is given"],
    [{ hostname: "default", value: [1] }, "value must be an object when no path is given"],
    [{ hostname: "default", path: "constructor.prototype", value: 1 }, "Invalid path: reserved segment"],
    [{ hostname: "default", path: "a", value: 1, merge: "x" }, "Invalid request body"],
  ])("%j is refused and stores nothing", async (sent, error) => {
    await using app = await testApp();
    expect(await app.call("POST", PATH, sent)).toMatchObject({ status: 400, body: { error } });
    expect(app.services.shared.keys()).toEqual([]);
  });

  test("a member called __proto__ in a value reaches no prototype", async () => {
    await using app = await testApp();
    await app.fetch(PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"hostname":"default","value":{"__proto__":{"polluted":1}},"merge":true}',
    });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect((app.services.shared.of("default/1") as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test("a value nested too deep to be shown is refused whole, not cut", async () => {
  await using app = await testApp();
  const deep = JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`) as unknown;
  const body = { hostname: "default/1", path: "deep", value: deep };
  const { status, body: answer } = await app.call("POST", "/api/v1/exec/shared-state/set", body);
  expect([status, answer.details.field]).toEqual([400, "value"]);
  expect(app.services.shared.of("default/1")).toEqual({});
});

test("only an object can be merged, and nothing is replaced by anything else", async () => {
  await using app = await testApp();
  app.services.shared.of("default/1")["a"] = { b: 5 };
  const body = { hostname: "default/1", path: "a", value: [1], merge: true };
  const { status, body: answer } = await app.call("POST", "/api/v1/exec/shared-state/set", body);
  expect([status, answer.error]).toEqual([400, "value must be an object to be merged"]);
  expect(app.services.shared.of("default/1")).toEqual({ a: { b: 5 } });
});

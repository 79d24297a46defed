import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

const PATH = "/api/v1/exec/shared-state/clear";

async function filledApp() {
  const app = await testApp();
  Object.assign(app.services.shared.of("default/1"), { a: 1, b: { c: 2, d: 3 } });
  Object.assign(app.services.shared.of("app/2"), { other: 1 });
  return app;
}

describe("state.clear", () => {
  test("a deployment loses every member; others keep theirs", async () => {
    await using app = await filledApp();
    const { status, body } = await app.call("POST", PATH, { hostname: "default/1" });
    expect(status).toBe(200);
    expect(body).toEqual({ cleared: true, count: 2, remaining: 0 });
    expect(app.services.shared.of("default/1")).toEqual({});
    expect(app.services.shared.of("app/2")).toEqual({ other: 1 });
  });

  test("a path loses its value only", async () => {
    await using app = await filledApp();
    const { body } = await app.call("POST", PATH, { hostname: "default/1", path: "b.c" });
    expect(body).toEqual({ cleared: true, count: 1, remaining: 2 });
    expect(app.services.shared.of("default/1")).toEqual({ a: 1, b: { d: 3 } });
  });

  test("clearAll needs no hostname and empties every deployment", async () => {
    await using app = await filledApp();
    const { body } = await app.call("POST", PATH, { clearAll: true });
    expect(body).toEqual({ cleared: true, count: 3, remaining: 0 });
    expect(app.services.shared.of("app/2")).toEqual({});
  });

  test("nothing to clear is no error", async () => {
    await using app = await testApp();
    expect(await app.call("POST", PATH, { hostname: "default/1" })).toMatchObject({
      status: 200,
      body: { cleared: false, count: 0, remaining: 0 },
    });
  });

  test.each<[object | undefined, string]>([
    [undefined, "hostname is required"],
    [{ clearAll: false }, "hostname is required"],
    [{ hostname: "default/1", path: "__proto__" }, "Invalid path: reserved segment"],
    [{ hostname: "default/1", clearAll: 1 }, "Invalid request body"],
  ])("%j is refused and removes nothing", async (sent, error) => {
    await using app = await filledApp();
    expect(await app.call("POST", PATH, sent)).toMatchObject({ status: 400, body: { error } });
    expect(app.services.shared.of("default/1")).toHaveProperty("b.c", 2);
  });
});

import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

const PATH = "/api/v1/exec/shared-state/get";

describe("state.get", () => {
  test("the whole state and its size in bytes", async () => {
    await using app = await testApp();
    app.services.shared.of("default/1")["n"] = 1;
    const { status, body } = await app.call("POST", PATH, { hostname: "default/1" });
    expect(status).toBe(200);
    expect(body).toEqual({ hostname: "default/1", path: null, exists: true, state: { n: 1 }, size: 7 });
  });

  test("a value by its dot path", async () => {
    await using app = await testApp();
    app.services.shared.of("default/1")["user"] = { tags: ["x", "y"] };
    const { body } = await app.call("POST", PATH, { hostname: "default/1", path: "user.tags.1" });
    expect(body).toEqual({ hostname: "default/1", path: "user.tags.1", exists: true, state: "y", size: 3 });
  });

  test("what is absent is answered as absent, not as an error", async () => {
    await using app = await testApp();
    const whole = await app.call("POST", PATH, { hostname: "default/1" });
    expect(whole).toMatchObject({ status: 200, body: { exists: false, state: null } });
    app.services.shared.of("default/1");
    const place = await app.call("POST", PATH, { hostname: "default/1", path: "a.b" });
    expect(place.body).toEqual({ hostname: "default/1", path: "a.b", exists: false, state: null });
  });

  test.each<[string, object]>([
    ["the key", { hostname: "app/2" }],
    ["the key in capitals", { hostname: "APP/2" }],
    ["a bare subdomain with execId", { hostname: "app", execId: "2" }],
    ["a bare subdomain with its alias", { hostname: "app", exec_id: "2" }],
    ["a Host value", { hostname: "app.p1-c1-exec-2.node.example.com" }],
    ["a Host value with port", { hostname: "app.p1-c1-exec-2.node.example.com:8081" }],
  ])("%s selects app/2, and hostname is echoed as sent", async (_name, selector) => {
    await using app = await testApp();
    app.services.shared.of("app/2")["here"] = true;
    const { body } = await app.call("POST", PATH, selector);
    expect(body).toMatchObject({
      hostname: (selector as { hostname: string }).hostname,
      state: { here: true },
    });
  });

  test.each(["default", "localhost", "localhost:8081", "127.0.0.1", "127.0.0.1:80", "::1", "[::1]:80"])(
    "%s selects default/1",
    async (hostname) => {
      await using app = await testApp();
      app.services.shared.of("default/1")["here"] = true;
      expect((await app.call("POST", PATH, { hostname })).body).toMatchObject({ hostname, exists: true });
    },
  );

  test("anything else is taken as a key literally", async () => {
    await using app = await testApp();
    app.services.shared.of("some key!")["here"] = true;
    expect((await app.call("POST", PATH, { hostname: "some key!" })).body.exists).toBe(true);
  });

  test.each<[object, string]>([
    [{}, "hostname is required"],
    [{ hostname: "" }, "hostname is required"],
    [{ hostname: 1 }, "Invalid request body"],
    [{ hostname: "default", path: 1 }, "Invalid request body"],
    [{ hostname: "default", path: "a.__proto__" }, "Invalid path: reserved segment"],
    [{ hostname: "default", path: "a..b" }, "Invalid path: empty segment"],
    [{ hostname: "default", execId: "No!" }, "execId must be 1 to 64 lower-case letters and digits"],
  ])("%j is refused", async (sent, error) => {
    await using app = await testApp();
    expect(await app.call("POST", PATH, sent)).toMatchObject({ status: 400, body: { error } });
  });
});

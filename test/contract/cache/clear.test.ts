import { describe, expect, test } from "bun:test";
import { type TestApp, testApp } from "../../support/app.ts";

const PATH = "/api/v1/exec/cache/clear";

/** Counts the calls that one kept context has seen, and those that `shared` remembers. */
const COUNTER = `// @mode worker
globalThis.calls = (globalThis.calls ?? 0) + 1;
shared.calls = (shared.calls ?? 0) + 1;
return { context: globalThis.calls, shared: shared.calls };
`;

const FILES = { "default/1/count.js": COUNTER, "default/2/count.js": COUNTER };

async function count(app: TestApp, execId = "1"): Promise<unknown> {
  const response = await app.fetch("/count", { headers: { host: `p-c-exec-${execId}.node.example.com` } });
  return response.json();
}

describe("cache.clear", () => {
  test("one deployment loses its kept context and keeps its shared state", async () => {
    await using app = await testApp({ files: FILES });
    await count(app);
    await count(app, "2");
    const { status, body } = await app.call("POST", PATH, { hostname: "default/1" });
    expect(status).toBe(200);
    expect(body).toEqual({
      cleared: true,
      vmCache: { cleared: 1, remaining: 1 },
      sharedState: { cleared: 0, remaining: 2 },
    });
    expect(await count(app)).toEqual({ context: 1, shared: 2 });
    expect(await count(app, "2")).toEqual({ context: 2, shared: 2 });
  });

  test("clearState drops the state of that deployment too", async () => {
    await using app = await testApp({ files: FILES });
    await count(app);
    await count(app, "2");
    const { body } = await app.call("POST", PATH, { hostname: "default", clearState: true });
    expect(body.sharedState).toEqual({ cleared: 1, remaining: 1 });
    expect(await count(app)).toEqual({ context: 1, shared: 1 });
    expect(await count(app, "2")).toEqual({ context: 2, shared: 2 });
  });

  test("clearVm false leaves contexts alone", async () => {
    await using app = await testApp({ files: FILES });
    await count(app);
    const { body } = await app.call("POST", PATH, { clearAll: true, clearVm: false });
    expect(body.vmCache).toEqual({ cleared: 0, remaining: 1 });
    expect(await count(app)).toEqual({ context: 2, shared: 2 });
  });

  test("clearAll covers every deployment, whatever hostname says", async () => {
    await using app = await testApp({ files: FILES });
    await count(app);
    await count(app, "2");
    const { body } = await app.call("POST", PATH, { clearAll: true, clearState: true, hostname: "app/2" });
    expect(body).toMatchObject({
      vmCache: { cleared: 2, remaining: 0 },
      sharedState: { cleared: 2, remaining: 0 },
    });
    expect([await count(app), await count(app, "2")]).toEqual([
      { context: 1, shared: 1 },
      { context: 1, shared: 1 },
    ]);
  });

  test.each<[string, unknown, string]>([
    ["scriptPath alone", { scriptPath: "echo.js" }, "scriptPath"],
    ["no selector", {}, "hostname"],
    ["an empty hostname", { hostname: "" }, "hostname"],
    ["no body", undefined, "hostname"],
  ])("%s is refused and clears nothing", async (_name, sent, field) => {
    await using app = await testApp({ files: FILES });
    await count(app);
    const { status, body } = await app.call("POST", PATH, sent);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "hostname or clearAll=true is required",
      code: "VALIDATION_ERROR",
      details: { field },
    });
    expect(await count(app)).toEqual({ context: 2, shared: 2 });
  });

  test.each(["clearAll", "clearVm", "clearState"])("%s must be a boolean", async (field) => {
    await using app = await testApp({ files: FILES });
    await count(app);
    const { status, body } = await app.call("POST", PATH, { hostname: "default/1", [field]: "yes" });
    expect(status).toBe(400);
    expect(body.details).toEqual({ field, reason: "must be a boolean" });
    expect(await count(app)).toEqual({ context: 2, shared: 2 });
  });
});

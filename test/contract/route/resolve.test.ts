import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const RESOLVE = "/api/v1/exec/route/resolve";
const files = {
  "default/1/users/[id].ts": "return 1",
  "default/1/docs/[...slug].js": "return 1",
  "app/2/only.ts": "return 1",
};

describe("route.resolve", () => {
  test("a match says which script, pattern, parameters, kind and directory", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", RESOLVE, { path: "/users/7" });
    expect(status).toBe(200);
    expect(body).toEqual({
      matched: true,
      path: "/users/7",
      scriptPath: "default/1/users/[id].ts",
      routePattern: "/users/[id]",
      parameters: { id: "7" },
      type: "dynamic",
      baseDir: "default/1",
    });
  });

  test("a miss says where was looked", async () => {
    await using app = await testApp({ files });
    const { status, body } = await app.call("POST", RESOLVE, { path: "/none", hostname: "localhost:80" });
    expect(status).toBe(200);
    expect(body).toEqual({
      matched: false,
      path: "/none",
      hostname: "localhost:80",
      execId: "1",
      triedDirectories: ["default/1", "default", "1", ""],
    });
  });

  const rows: readonly [body: Record<string, unknown>, scriptPath: string | undefined][] = [
    [{ path: "users/7" }, "default/1/users/[id].ts"],
    [{ path: "/users/7?x=1" }, "default/1/users/[id].ts"],
    [{ path: "/users%2F7" }, "default/1/users/[id].ts"],
    [{ path: "/docs/a/b/" }, "default/1/docs/[...slug].js"],
    [{ path: "/only" }, undefined],
    [{ path: "/only", hostname: "app.p-c-exec-2.node.hoody.icu" }, "app/2/only.ts"],
    [{ path: "/only", hostname: "app.p-c-exec-9.node.hoody.icu", execId: "2" }, "app/2/only.ts"],
    [{ path: "/only", hostname: "app/2" }, "app/2/only.ts"],
    [{ path: "/only", hostname: "", execId: "1" }, undefined],
    [{ path: "/only", hostname: "app/2", execId: "" }, "app/2/only.ts"],
    [{ path: "/only", hostname: "app/2", execId: null }, "app/2/only.ts"],
  ];
  test.each(rows)("%j leads to %s", async (sent, scriptPath) => {
    await using app = await testApp({ files });
    expect((await app.call("POST", RESOLVE, sent)).body.scriptPath).toBe(scriptPath);
  });

  test("the Host header names the deployment when the body does not", async () => {
    await using app = await testApp({ files });
    const host = "app.p-c-exec-2.node.hoody.icu";
    const { body } = await app.call("POST", RESOLVE, { path: "/only" }, { host });
    expect(body).toMatchObject({ matched: true, scriptPath: "app/2/only.ts" });
  });

  const refusals: readonly [body: unknown, error: string][] = [
    [{}, "path is required"],
    [{ path: "" }, "path is required"],
    [{ path: 1 }, "path must be a string"],
    [{ path: "/a", execId: "A-1" }, "execId must be 1 to 64 lower-case letters and digits"],
    [{ path: "/a", hostname: "p-exec-1.x" }, 'Cannot read the hostname "p-exec-1.x"'],
    [{ path: "/a", hostname: "a/../b" }, 'Cannot read the hostname "a/../b"'],
    [{ path: "/%zz" }, 'Cannot resolve "/%zz": URL path contains invalid percent-encoding.'],
    [{ path: "/a/../b" }, 'Cannot resolve "/a/../b": URL path contains disallowed characters.'],
  ];
  for (const [body, error] of refusals) {
    scenario(`${JSON.stringify(body)} is refused: ${error}`, {
      files,
      request: ["POST", RESOLVE, body],
      status: 400,
      body: { error, code: "VALIDATION_ERROR" },
    });
  }
});

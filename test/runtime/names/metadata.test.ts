import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";

describe("metadata", () => {
  const HOST = "app.proj1-cont2-exec-1.node.example.com";
  const DUMP = "return metadata;";
  const dump = async (path: string, init?: RequestInit) => {
    await using app = await scriptApp({
      "default/1/users/[id].ts": DUMP,
      "default/1/docs/[...slug].ts": DUMP,
      "app/1/users/[id].ts": DUMP,
    });
    return (await app.ask(path, init)).json;
  };

  test("executionId is exec_ and 26 characters of a ULID, new for each execution", async () => {
    const [first, second] = [await dump("/users/1"), await dump("/users/1")];
    expect(first.executionId).toMatch(/^exec_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(second.executionId).not.toBe(first.executionId);
  });

  test.each<[string, string, string, unknown]>([
    ["parameters holds the route parameters", "/users/7", "parameters", { id: "7" }],
    ["parameters holds a catch-all as a list", "/docs/a/b", "parameters", { slug: ["a", "b"] }],
    ["parameters holds query keys beside them", "/users/7?x=1", "parameters", { id: "7", x: "1" }],
    ["a route parameter wins over a query key in parameters", "/users/7?id=8", "parameters", { id: "7" }],
    ["query holds the query", "/users/7?x=1&y=2", "query", { id: "7", x: "1", y: "2" }],
    ["a route parameter wins over a query key in query", "/users/7?id=8", "query", { id: "7" }],
    ["query: + is a space", "/users/7?x=a+b%2Bc", "query", { id: "7", x: "a b+c" }],
    ["query: the last of repeated keys wins", "/users/7?x=1&x=2", "query", { id: "7", x: "2" }],
    ["query: a key without value is empty", "/users/7?x", "query", { id: "7", x: "" }],
    [
      "query: __proto__ is dropped",
      "/users/7?__proto__=1&constructor=2",
      "query",
      { id: "7", constructor: "2" },
    ],
    ["path has no query", "/users/7?x=1", "path", "/users/7"],
    ["method", "/users/7", "method", "GET"],
    ["url has the query", "/users/7?x=1", "url", "/users/7?x=1"],
    ["clientIp", "/users/7", "clientIp", "127.0.0.1"],
    ["hostname", "/users/7", "hostname", "localhost"],
    ["subdomain of a plain host", "/users/7", "subdomain", "default"],
    ["execId of a plain host", "/users/7", "execId", "1"],
    ["scriptPath is relative to the scripts root", "/users/7", "scriptPath", "default/1/users/[id].ts"],
    ["routePattern", "/users/7", "routePattern", "/users/[id]"],
    ["projectId of a plain host is absent", "/users/7", "projectId", undefined],
    ["containerId of a plain host is absent", "/users/7", "containerId", undefined],
    ["trigger", "/users/7", "trigger", "http"],
    ["hasToken of a script that asks for none", "/users/7", "hasToken", false],
  ])("%s", async (_name, path, field, expected) => {
    expect((await dump(path))[field]).toEqual(expected);
  });

  test("a Host that names a deployment is told field by field", async () => {
    expect(await dump("/users/7", { headers: { host: `${HOST}:8080` } })).toMatchObject({
      hostname: HOST,
      subdomain: "app",
      execId: "1",
      projectId: "proj1",
      containerId: "cont2",
      scriptPath: "app/1/users/[id].ts",
    });
  });

  test("headers is a plain object with lower-case keys", async () => {
    const { headers } = await dump("/users/7", { headers: { "X-Some": "a" } });
    expect(headers).toMatchObject({ "x-some": "a" });
  });

  test("timestamp is the time of the execution in ISO form", async () => {
    const before = Date.now();
    const { timestamp } = await dump("/users/7");
    expect(new Date(timestamp).toISOString()).toBe(timestamp);
    expect(Date.parse(timestamp)).toBeWithin(before, Date.now() + 1);
  });
});

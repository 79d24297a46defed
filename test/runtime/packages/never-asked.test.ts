import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npmRegistry } from "../../support/npm-registry.ts";
import { PAD, packageApp, packageApps } from "../../support/package-app.ts";

const app = packageApps([PAD]);

describe("what is never asked for at the registry", () => {
  test.each<[string, string, number, RegExp]>([
    ["node: modules", 'return require("node:path").sep', 200, /./],
    [
      "modules of the runtime",
      'return require("path").sep + typeof require("bun:sqlite").Database',
      200,
      /./,
    ],
    ["packages that the runtime brings", 'return typeof require("node-fetch").default', 200, /./],
    ["packages that come with the server", 'return typeof require("zod").z.object', 200, /function/],
    [
      "relative files that are not there",
      'return require("./nowhere")',
      500,
      /Cannot find module "\.\/nowhere"/,
    ],
    ["a version in the name", 'return require("pad@1.2.3")', 500, /a version belongs into package\.json/],
    ["a version in the name with a scope", 'return require("@team/kit@1/tool")', 500, /a version belongs/],
    ["an option", 'return require("--registry=http://127.0.0.1")', 500, /Cannot find module/],
    ["a URL", 'return require("http://127.0.0.1/x.tgz")', 500, /Cannot find module/],
    ["a repository", 'return require("github:a/b")', 500, /Cannot find module/],
    ["a file:", 'return require("file:../x")', 500, /Cannot find module/],
    ["a path that climbs", 'return require("x/../../y")', 500, /Cannot/],
    ["a name of more than 214 characters", `return require("${"a".repeat(215)}")`, 500, /Cannot find module/],
    ["node_modules", 'return require("node_modules")', 500, /Cannot find module/],
  ])("%s", async (_name, source, status, text) => {
    await using own = await npmRegistry();
    await using live = await packageApp(own, { scripts: { "a.ts": source } });
    const answer = await live.ask("/a");
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(text)]);
    expect(own.asked().filter((name) => name !== "x")).toEqual([]);
  });

  test("the platform's own client, which the server brings", async () => {
    await using own = await npmRegistry();
    const use = (name: string) => `const { HoodyClient } = require("${name}");
      const client = await new HoodyClient({ baseUrl: "http://exec", fetch: async () => Response.json({ status: "ok" }) }).withContainer("c");
      return { status: (await client.exec.health.check()).status };`;
    await using live = await packageApp(own, {
      scripts: {
        "a.ts": use("@hoody-ai/hoody-sdk"),
        "b.js": `// @mode worker\n${use("hoody-sdk")}`,
        "c.ts":
          'import Client, { ExecApiError } from "@hoody-ai/hoody-sdk"; return [Client.name, ExecApiError.name]',
        "d.ts": 'return require("@hoody-ai/hoody-sdk/deep")',
      },
    });
    expect((await live.ask("/a")).text).toBe('{"status":"ok"}');
    expect((await live.ask("/b")).text).toBe('{"status":"ok"}');
    expect((await live.ask("/c")).text).toBe('["HoodyClient","ExecApiError"]');
    expect(await live.ask("/d")).toMatchObject({
      status: 500,
      text: expect.stringMatching(/Cannot find module/),
    });
    expect(own.asked()).toEqual([]);
  });

  test("what a disabled script needs", async () => {
    await using live = await app({ "a.ts": '// @enabled false\nreturn require("pad")' });
    expect((await live.ask("/a")).status).toBe(404);
    expect(existsSync(join(live.scripts.path, "node_modules/pad"))).toBe(false);
  });

  test("what a script needs whose token the caller does not have", async () => {
    await using live = await app({ "a.ts": '// @token secret\nreturn require("pad")("x")' });
    expect((await live.ask("/a")).status).toBe(401);
    expect(existsSync(join(live.scripts.path, "node_modules/pad"))).toBe(false);
    expect((await live.ask("/a?token=secret")).text).toBe("<x>");
  });
});

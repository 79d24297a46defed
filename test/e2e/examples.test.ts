import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { parse } from "yaml";
import { type AiStandIn, aiStandIn } from "../support/ai-stand-in.ts";
import { curlKit } from "../support/curl-kit.ts";
import { expectOpenApi } from "../support/openapi-validator.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";

/*
 * The acceptance scenarios, word for word: the real `curl` against the real process, in the order a person would
 * type them.
 */

let server: ServerProcess;
let provider: AiStandIn;
beforeAll(async () => {
  provider = aiStandIn();
  server = await startProcess({ flags: ["--ai-url", provider.url] });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

const { curl, post, control, write, writeFirst } = curlKit(() => server);

const ECHO = "module.exports = (req, res) => res.json({ ok: true, body: req.body });\n";

describe("1. Echo", () => {
  test("1.1 the script is written, and a second write updates it", async () => {
    await writeFirst("echo.js", ECHO);
    expect((await write("echo.js", ECHO)).json).toMatchObject({ created: false, updated: true });
  });

  test("1.2 it answers the body", async () => {
    const { status, type, json } = await post("/echo", '{"hello":"world"}');
    expect(status).toBe(200);
    expect(type).toStartWith("application/json");
    expect(json).toEqual({ ok: true, body: { hello: "world" } });
  });

  test("1.3 it reads back exactly", async () => {
    const { status, json } = await curl("/api/v1/exec/scripts/read?path=echo.js");
    expect(status).toBe(200);
    expect(json.content).toBe(ECHO);
    expect(json.magicComments).toEqual({});
    expect(json.metadata.extension).toBeString();
  });

  test("1.4 the list has it", async () => {
    expect((await curl("/api/v1/exec/scripts/list")).text).toContain("echo.js");
  });

  test("1.5 scripts are not under the API prefix", async () => {
    const { status, type, json } = await post("/api/v1/exec/echo", "{}");
    expect(status).toBe(404);
    expect(type).toStartWith("application/json");
    expect(json.error).toBeString();
  });
});

describe("2. Three-step workflow", () => {
  const WORKFLOW = `module.exports = async (req, res) => {
  const classify = async (input) => ({ score: 0.91, label: 'spam' });
  const decide = async ({ score }) => ({ verdict: score > 0.8 ? 'block' : 'allow' });
  const act = async ({ verdict }) => ({ executed: verdict === 'block' ? 'quarantined' : 'delivered' });
  const a = await classify(req.body);
  const b = await decide(a);
  const c = await act(b);
  res.json({ a, b, c });
};
`;

  test("2.1 and 2.2 the steps run in order", async () => {
    await writeFirst("workflow.js", WORKFLOW);
    expect((await post("/workflow", "{}")).json).toEqual({
      a: { score: 0.91, label: "spam" },
      b: { verdict: "block" },
      c: { executed: "quarantined" },
    });
  });
});

describe("3. HMAC webhook", () => {
  const WEBHOOK = `const crypto = require('crypto');
const SECRET = process.env.WEBHOOK_SECRET || 'shhh-test';
module.exports = async (req, res) => {
  const given = req.headers['x-hub-signature-256'] || '';
  const raw = typeof req.body === 'string' ? req.body : JSON.stringify(req.body || {});
  const expected = 'sha256=' + crypto.createHmac('sha256', SECRET).update(raw).digest('hex');
  const same = given.length === expected.length && crypto.timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  if (!same) return res.status(401).json({ error: 'bad sig' });
  res.json({ accepted: true, payload: req.body });
};
`;
  const BODY = '{"event":"push","ref":"main"}';
  const signed = `sha256=${createHmac("sha256", "shhh-test").update(BODY).digest("hex")}`;

  test("3.1 the script is written", () => writeFirst("webhook.js", WEBHOOK));

  test("3.2 a right signature is accepted", async () => {
    const { status, json } = await post("/webhook", BODY, "-H", `X-Hub-Signature-256: ${signed}`);
    expect(status).toBe(200);
    expect(json).toEqual({ accepted: true, payload: { event: "push", ref: "main" } });
  });

  test.each<[string, readonly string[]]>([
    ["a wrong one", ["-H", "X-Hub-Signature-256: sha256=00"]],
    ["a wrong one of the right length", ["-H", `X-Hub-Signature-256: ${signed.slice(0, -1)}x`]],
    ["none", []],
  ])("3.3 %s is refused", async (_name, headers) => {
    const { status, json } = await post("/webhook", BODY, ...headers);
    expect({ status, json }).toEqual({ status: 401, json: { error: "bad sig" } });
  });
});

describe("5. Validate only", () => {
  const HEAD = "// @cors *\n// @timeout 5000\n// @description Greeting handler\n";
  const CODE = `${HEAD}module.exports = (req, res) => res.json({ hi: 1 });\n`;
  const DIRECTIVES = { cors: "*", timeout: 5000, description: "Greeting handler" };

  test("5.1 validate/script", async () => {
    const { status, json } = await control("validate/script", { code: CODE });
    expect(status).toBe(200);
    expect(json.valid).toBe(true);
    expect(json.results.syntax.valid).toBe(true);
    expect(json.results.typescript.valid).toBe(true);
    expect(json.results.dependencies.allInstalled).toBe(true);
    expect(json.results.magicComments).toMatchObject(DIRECTIVES);
  });

  test("5.2 validate/magic-comments", async () => {
    const { status, json } = await control("validate/magic-comments", { code: CODE });
    expect(status).toBe(200);
    expect(json).toMatchObject({ magicComments: DIRECTIVES, warnings: [], returnType: null });
  });

  test("5.3 a value that is none is warned about", async () => {
    const code = CODE.replace("@timeout 5000", "@timeout abc");
    const { status, json } = await control("validate/magic-comments", { code });
    expect(status).toBe(200);
    expect(json.warnings[0]).toMatchObject({
      directive: "@timeout",
      value: "abc",
      message: expect.any(String),
    });
    expect((await control("validate/script", { code })).json.valid).toBe(true);
  });

  test("5.4 broken code is refused, unless nobody asked", async () => {
    const broken = "const = 1";
    const { json } = await control("validate/script", { code: broken });
    expect(json.valid).toBe(false);
    expect(json.results.syntax).toMatchObject({ valid: false, error: expect.anything() });
    const refused = await write("broken.js", broken);
    expect(refused.status).toBe(400);
    expect(refused.json.error).toBe("Script validation failed");
    expect(refused.json.validation ?? refused.json.details?.validation).toBeDefined();
    const stored = await write("broken.js", broken, { validate: false });
    expect(stored.status).toBe(200);
    expect(stored.json.validated).toBe(false);
  });

  test("5.5 JSON is checked, other files are not", async () => {
    const refused = await write("bad.json", "{oops");
    expect(refused.status).toBe(400);
    expect(refused.json.error).toBe("Invalid JSON");
    expect((await write("bad.json", "{oops", { validate: false })).status).toBe(200);
    expect((await write("notes.md", "any text {oops")).status).toBe(200);
  });
});

describe("6. OpenAPI of scripts", () => {
  const OPENAPI = "/api/v1/exec/user-openapi";
  const rowOf = (json: { data: { scripts: { path: string }[] } }) =>
    json.data.scripts.find(({ path }) => path === "echo.js");

  test("6.1 the list has each script with its route", async () => {
    await write("echo.js", ECHO);
    const { status, json } = await curl(`${OPENAPI}/list`);
    expect(status).toBe(200);
    expect(rowOf(json)).toMatchObject({ routePath: "/echo", hasSchema: false });
    expect(json.scripts).toEqual(json.data.scripts);
    for (const { path, routePath, hasSchema } of json.data.scripts) {
      expect([typeof path, typeof hasSchema]).toEqual(["string", "boolean"]);
      expect(routePath).toStartWith("/");
    }
  });

  test("6.2 the document is bare OpenAPI 3.0, as JSON and as YAML", async () => {
    const { type, json } = await curl(`${OPENAPI}/spec?format=json`);
    expect(type).toStartWith("application/json");
    expect(json.openapi).toStartWith("3.0.");
    expect(json.paths["/echo"]).toBeObject();
    await expectOpenApi(json);
    const yaml = await curl(`${OPENAPI}/spec?format=yaml`);
    expect(yaml.type).toStartWith("application/yaml");
    expect(parse(yaml.text)).toEqual(json);
  });

  test("6.3 it is generated, and merged with another one", async () => {
    const generated = await control("user-openapi/generate", {});
    expect(generated.status).toBe(200);
    expect(generated.json).toMatchObject({
      success: true,
      data: { openapi: expect.any(String), paths: { "/echo": {} } },
      meta: {
        pathCount: Object.keys(generated.json.data.paths).length,
        scanDirectory: expect.any(String),
        generatedAt: expect.any(String),
      },
    });
    const extra = { get: { responses: { 200: { description: "extra" } } } };
    const merged = await control("user-openapi/merge", {
      directories: ["scripts"],
      specs: [{ openapi: "3.0.3", info: { title: "Extra", version: "1" }, paths: { "/extra": extra } }],
    });
    expect(merged.json).toMatchObject({ success: true, data: { paths: { "/echo": {}, "/extra": extra } } });
    await expectOpenApi(merged.json.data);
  });

  test("6.4 a companion is checked, listed and answered; without one it is 404", async () => {
    const companion = { post: { summary: "Echo", responses: { 200: { description: "The body" } } } };
    expect((await curl(`${OPENAPI}/schema?file=echo.js`)).status).toBe(404);
    expect((await write("echo.openapi.json", JSON.stringify(companion))).status).toBe(200);
    const validated = await control("user-openapi/validate", { file: "echo.js" });
    expect(validated.json).toMatchObject({ success: true });
    expect(rowOf((await curl(`${OPENAPI}/list`)).json)).toMatchObject({
      hasSchema: true,
      schemaFormat: "openapi-json",
    });
    expect((await curl(`${OPENAPI}/schema?file=echo.js`)).json).toEqual(companion);
    expect((await curl(`${OPENAPI}/spec`)).json.paths["/echo"]).toEqual(companion);
    const missing = await curl(`${OPENAPI}/schema?file=workflow.js`);
    expect(missing.status).toBe(404);
    expect(missing.json).toMatchObject({
      success: false,
      error: "No schema file found for this script",
      code: "ERROR_404",
      timestamp: expect.any(String),
    });
  });
});

describe("9. Shell wrapper", () => {
  const DISK = `module.exports = async (req, res) => {
  const out = await Bun.$\`df -h --output=source,size,used,avail,target /\`.text();
  const disk = out.trim().split('\\n').slice(1).map((line) => line.trim().split(/\\s+/));
  res.json({ disk });
};
`;

  test("9.1 and 9.2 it answers what df says", async () => {
    await writeFirst("disk-usage.js", DISK);
    const { status, json } = await curl("/disk-usage");
    expect(status).toBe(200);
    expect(json.disk).toHaveLength(1);
    expect(json.disk[0]).toHaveLength(5);
    for (const each of json.disk[0]) expect(each).toBeString();
    expect(json.disk[0][4]).toBe("/");
  });
});

describe("10. Schedule", () => {
  const HEAD = "// @schedule */5 * * * *\n// @description Tick\n";
  const TICK = `module.exports = (req, res) => { console.log("tick"); res.json({ ok: true, ts: Date.now() }); };\n`;
  const get = async (path: string) => (await curl(`/api/v1/exec/schedules/${path}`)).json;
  const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
  let scriptPath = "";

  test("10.1 the write says that it is scheduled", async () => {
    const { json } = await write("tick.js", HEAD + TICK);
    expect(json).toMatchObject({ created: true, schedule: { action: "registered" } });
  });

  test("10.2 the list has it", async () => {
    const { total, schedules } = await get("list");
    expect(total).toBe(1);
    expect(schedules[0]).toMatchObject({
      scriptRel: "default/1/tick.js",
      expression: "*/5 * * * *",
      timeoutMs: 30_000,
    });
    expect(new Date(schedules[0].registeredAt).toISOString()).toBe(schedules[0].registeredAt);
    expect(Date.parse(schedules[0].nextFire) % 300_000).toBe(0);
    scriptPath = schedules[0].scriptPath;
    expect(scriptPath).toBe(`${server.storage.path}/scripts/default/1/tick.js`);
  });

  test("10.3 and 10.4 a trigger runs it, and the history has the run", async () => {
    for (const path of ["default/1/tick.js", scriptPath]) {
      const { status, json } = await control("schedules/trigger", { scriptPath: path, force: true });
      expect(status).toBe(200);
      expect(json).toMatchObject({ triggered: true, status: "ok", scriptPath: "default/1/tick.js" });
      expect(json.runId).toMatch(UUID);
      expect(json.durationMs).toBeNumber();
      expect((await get("history?limit=5")).entries[0]).toMatchObject({ runId: json.runId, status: "ok" });
    }
  });

  test("10.5 a token wants force, and a script without the line is none", async () => {
    await write("tick.js", `// @token s\n${HEAD}${TICK}`);
    const refused = await control("schedules/trigger", { scriptPath });
    expect(refused).toMatchObject({ status: 403, json: { details: { hasToken: true } } });
    expect((await control("schedules/trigger", { scriptPath: "default/1/echo.js" })).status).toBe(400);
  });

  test("10.6 without the line it is removed, with the file as well", async () => {
    await write("tick.js", TICK);
    const { json } = await control("schedules/reload", {});
    expect(json).toMatchObject({ dry_run: false, removed: ["default/1/tick.js"] });
    await write("tick.js", HEAD + TICK);
    expect((await get("list")).total).toBe(1);
    await curl("/api/v1/exec/scripts/delete?path=tick.js&confirm=true", "-X", "DELETE");
    expect(await get("list")).toEqual({ total: 0, schedules: [] });
  });
});

describe("11. Built-in AI", () => {
  const SUMMARIZE = `// @ai-model openai/gpt-4o
module.exports = async (req, res, metadata) => {
  const text = metadata.query.q || 'Hoody runs scripts';
  const summary = (await ai.generate('Summarize in one line: ' + text)).text;
  res.json({ summary });
};
`;
  const SENTENCE = "Hoody+is+a+remote-first+computing+platform";
  const summarize = () => curl(`/summarize?q=${SENTENCE}`);

  test("11.1 the script is written", () => writeFirst("summarize.js", SUMMARIZE));

  test("11.2 the model's answer comes back, and the provider saw what it should", async () => {
    provider.answer({ kind: "text", text: "A platform for computing at a distance." });
    const { status, json } = await summarize();
    expect({ status, json }).toEqual({
      status: 200,
      json: { summary: "A platform for computing at a distance." },
    });
    const seen = provider.requests.at(-1);
    expect(seen?.path).toBe("/api/v1/chat/completions");
    expect(seen?.body.model).toBe("openai/gpt-4o");
    expect(seen?.body.messages).toHaveLength(1);
    expect(seen?.body.messages[0].content).toEndWith("remote-first computing platform");
    expect(seen?.authorization).toMatch(/^Bearer container-\w+$/);
  });

  test("11.3 the prompt beside the script is the system message, else that of the directory", async () => {
    await write("summarize.system.md", "You write headlines.");
    await write("_system.md", "You are brief.");
    await summarize();
    const system = () => provider.requests.at(-1)?.body.messages[0];
    expect(system()).toEqual({ role: "system", content: "You write headlines." });
    await curl("/api/v1/exec/scripts/delete?path=summarize.system.md&confirm=true", "-X", "DELETE");
    await summarize();
    expect(system()).toEqual({ role: "system", content: "You are brief." });
    await curl("/api/v1/exec/scripts/delete?path=_system.md&confirm=true", "-X", "DELETE");
  });

  test("11.4 a stream is streamed, and an object has its shape", async () => {
    await write("stream.js", "const p = 'Count';\nreturn (await ai.stream(p)).textStream");
    provider.answer({ kind: "chunks", chunks: ["one ", "two ", "three"] });
    const streamed = await curl("/stream");
    expect([streamed.status, streamed.text]).toEqual([200, "one two three"]);
    expect(streamed.type).toStartWith("text/plain");
    const schema = "z.object({ mood: z.string() })";
    await write("object.js", `return (await ai.object({ schema: ${schema}, prompt: 'How is it?' })).object`);
    provider.answer({ kind: "text", text: '{"mood":"fine"}' });
    expect((await curl("/object")).json).toEqual({ mood: "fine" });
  });
});

describe("cross-checks", () => {
  test.each(["", "&confirm=1"])('deleting with "%s" is refused', async (confirm) => {
    await write("echo.js", ECHO);
    const { status, json } = await curl(`/api/v1/exec/scripts/delete?path=echo.js${confirm}`, "-X", "DELETE");
    expect(status).toBe(400);
    expect(json.error).toBe("confirm=true parameter required for safety");
    expect((await post("/echo", "{}")).status).toBe(200);
  });

  test("deleting with confirm=true ends the route", async () => {
    await write("echo.js", ECHO);
    const { status, json } = await curl(
      "/api/v1/exec/scripts/delete?path=echo.js&confirm=true",
      "-X",
      "DELETE",
    );
    expect(status).toBe(200);
    expect(json.deleted).toBe(true);
    expect((await post("/echo", "{}")).status).toBe(404);
  });

  test("writing into node_modules is refused", async () => {
    const { status, json } = await write("node_modules/x.js", ECHO);
    expect(status).toBe(403);
    expect(json.error).toContain("Path is excluded from access");
  });

  test("writing above the deployment is refused", async () => {
    expect((await write("../x.js", ECHO)).status).toBe(403);
  });

  test("the query's exec id wins over the body's", async () => {
    const { json } = await control("scripts/write?execId=2", {
      path: "where.js",
      content: ECHO,
      execId: "3",
    });
    expect(json.resolvedPath).toBe("default/2/where.js");
  });

  test("exec_id is another name of it", async () => {
    const { json } = await control("scripts/write?exec_id=4", { path: "where.js", content: ECHO });
    expect(json.resolvedPath).toBe("default/4/where.js");
  });

  test("a subdomain and an exec id are reached by their Host", async () => {
    const content = "return { where: metadata.subdomain + '/' + metadata.execId };";
    const { json } = await control("scripts/write?subdomain=app&execId=2", { path: "where.js", content });
    expect(json.resolvedPath).toBe("app/2/where.js");
    const host = "Host: app.project1-container1-exec-2.node-1.example.com";
    expect((await curl("/where", "-H", host)).json).toEqual({ where: "app/2" });
    expect((await curl("/where")).status).toBe(404);
  });

  test("cache/clear wants to know what", async () => {
    expect((await control("cache/clear", { scriptPath: "echo.js" })).status).toBe(400);
    const { status, json } = await control("cache/clear", { clearAll: true });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      cleared: true,
      vmCache: expect.any(Object),
      sharedState: expect.any(Object),
    });
  });

  test("a top-level return is JSON", async () => {
    await write("value.js", "return { a: 1 }");
    const { status, type, json } = await curl("/value");
    expect({ status, json }).toEqual({ status: 200, json: { a: 1 } });
    expect(type).toStartWith("application/json");
  });

  test("TypeScript with types and top-level await works", async () => {
    await write(
      "typed.ts",
      "interface A { n: number }\nconst a: A = await Promise.resolve<A>({ n: 1 });\nreturn a;",
    );
    expect((await curl("/typed")).json).toEqual({ n: 1 });
  });

  test("overwriting a file changes the next answer", async () => {
    for (const n of [1, 2, 3]) {
      await write("version.js", `return { n: ${n} }`);
      expect((await curl("/version")).json).toEqual({ n });
    }
  });

  test("req.query is undefined", async () => {
    await write("query.js", "return { query: typeof req.query, q: metadata.query.q }");
    expect((await curl("/query?q=1")).json).toEqual({ query: "undefined", q: "1" });
  });

  test.each(["tool.sh", "tool.py"])("%s is stored but never called", async (name) => {
    expect((await write(name, "echo hi\n")).status).toBe(200);
    expect((await curl(`/api/v1/exec/scripts/read?path=${name}`)).json.content).toBe("echo hi\n");
    expect((await curl(`/${name}`)).status).toBe(404);
    expect((await curl("/tool")).status).toBe(404);
  });
});

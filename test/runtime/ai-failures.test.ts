import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import pino from "pino";
import { type AiAnswer, type AiRequest, type AiStandIn, aiStandIn } from "../support/ai-stand-in.ts";
import { listeningApp } from "../support/listening-app.ts";
import { frame, RawSocket } from "../support/raw-socket.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

const KEY = "tag-that-must-not-be-shown";

/** TABLE: the ways to call, each without retries. */
const CALLS = {
  "ai.generate": 'return (await ai.generate({ prompt: "Hi", maxRetries: 0 })).text;',
  "ai.stream": 'return (await ai.stream({ prompt: "Hi", maxRetries: 0 })).textStream;',
  "ai.stream's text": 'return await ai.stream({ prompt: "Hi", maxRetries: 0 }).text;',
  "ai.object":
    'return (await ai.object({ schema: z.object({ n: z.number() }), prompt: "Hi", maxRetries: 0 })).object;',
  generateText: 'return (await generateText({ model, prompt: "Hi", maxRetries: 0 })).text;',
  streamText: 'return streamText({ model, prompt: "Hi", maxRetries: 0 });',
} as const;

const FILES = Object.fromEntries(
  Object.values(CALLS).map((script, at) => [`default/1/call-${at}.js`, `// @timeout 5s\n${script}\n`]),
);
const PATHS = Object.keys(CALLS).map((name, at) => [name, `/call-${at}`] as const);

let provider: AiStandIn;
let app: ScriptApp;
let logged = "";
beforeAll(async () => {
  provider = aiStandIn();
  const write = (line: string) => {
    logged += line;
  };
  const log = pino({ level: "trace" }, { write });
  app = await scriptApp(FILES, ["--ai-url", provider.url, "--ai-key", KEY], { log });
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

/** Long enough for a busy machine to make the call. */
const SHORT = "@timeout 400ms";

/** The script at a path calls, its time is over, and so is its call. */
async function expectEnded(path: string): Promise<void> {
  const before = provider.requests.length;
  const { status, json } = await ask(path);
  expect([status, json.error]).toEqual([504, "Script timeout"]);
  expect(provider.requests.length).toBe(before + 1);
  await until(() => provider.requests.at(-1)?.signal.aborted, Boolean);
}

const ask = (path: string) => app.ask(path, { headers: { accept: "application/json" } });

describe.each(PATHS)("%s", (_name, path) => {
  test.each<[string, AiAnswer, string | RegExp]>([
    [
      "an error of the provider",
      { kind: "error", status: 500, message: "It\n is broken" },
      "AiError: The AI provider answered 500: It is broken",
    ],
    [
      "an error that echoes the key",
      { kind: "error", status: 401, message: `Wrong key ${KEY}.` },
      "AiError: The AI provider answered 401: Wrong key ***.",
    ],
    [
      "an error with the key where its text is cut",
      { kind: "error", status: 401, message: `${"x".repeat(290)} ${KEY}` },
      `AiError: The AI provider answered 401: ${"x".repeat(290)} ***`,
    ],
    [
      "an error that is no JSON",
      { kind: "error", status: 502 },
      "AiError: The AI provider answered 502: Bad Gateway",
    ],
    [
      "an error with a long text",
      { kind: "error", status: 400, message: "x".repeat(5000) },
      /^AiError: The AI provider answered 400: x{300}…$/,
    ],
    [
      "too many requests",
      { kind: "error", status: 429, message: "Slow down" },
      "AiError: The AI provider answered 429: Slow down",
    ],
    [
      "a connection that is cut before the first chunk",
      { kind: "cut", chunks: [] },
      /^AiError: Cannot (reach|read the answer of) the AI provider: .*closed unexpectedly\.$/,
    ],
  ])("%s is thrown at the line of the call and answered with 500", async (_what, answer, message) => {
    provider.answer(answer);
    const { status, json } = await ask(path);
    expect([status, json.code]).toEqual([500, "ERROR_500"]);
    if (typeof message === "string") expect(json.error).toBe(message);
    else expect(json.error).toMatch(message);
    expect(json.details).toMatchObject({ script: `default/1${path}.js`, line: 2 });
  });

  test("a provider that is not there is thrown as well", async () => {
    await using other = await scriptApp(FILES, ["--ai-url", "http://127.0.0.1:9/v1"]);
    const { status, text } = await other.ask(path);
    expect(status).toBe(500);
    expect(text).toContain("AiError: Cannot reach the AI provider: ");
  });

  test("@timeout ends a call that is never answered", async () => {
    provider.answer({ kind: "hang" });
    const source = (await app.scripts.list()).find((file) => file === `default/1${path}.js`);
    const script = await Bun.file(`${app.scripts.path}/${source}`).text();
    await app.save({ [`default/1${path}-short.js`]: script.replace("@timeout 5s", SHORT) });
    await expectEnded(`${path}-short`);
  });
});

describe("streams", () => {
  test.each([
    ["is cut", { kind: "cut", chunks: ["one", "two"] }],
    ["ends without having said so", { kind: "cut", chunks: ["one", "two"], politely: true }],
  ] as const)("an answer that %s is broken off, too, and the log says why", async (_what, answer) => {
    const begun = Promise.withResolvers<void>();
    provider.answer({ ...answer, until: begun.promise });
    logged = "";
    const response = await app.fetch(PATHS[1]?.[1] ?? "");
    expect(response.status).toBe(200);
    begun.resolve();
    const failed = await response.text().then(
      () => false,
      () => true,
    );
    expect(failed).toBe(true);
    expect(logged).toMatch(/AiError: .*(broke off before its end|closed unexpectedly)/);
  });

  test("a script may catch what breaks a stream off, and keeps what came before", async () => {
    provider.answer({ kind: "cut", chunks: ["one", "two"] });
    await app.save({
      "default/1/catch.ts": `let all = "";
try { for await (const text of ai.stream("Hi").textStream) all += text; } catch (error) { return { all, name: error.name }; }`,
    });
    expect((await ask("/catch")).json).toEqual({ all: "onetwo", name: "AiError" });
  });

  test("a script may ask for the status", async () => {
    provider.answer({ kind: "error", status: 402, message: "No credit" });
    await app.save({
      "default/1/status.ts":
        'try { await ai.generate("Hi"); } catch (e) { return [e instanceof Error, e.status, e.message]; }',
    });
    expect((await ask("/status")).json).toEqual([true, 402, "The AI provider answered 402: No credit"]);
  });
});

describe("retries", () => {
  const soon = { "retry-after-ms": "1" };

  test("a call is made again after 429 and 5xx, when the provider says so", async () => {
    provider.answer(
      { kind: "error", status: 429, message: "Slow down", headers: soon },
      { kind: "error", status: 503, message: "Busy", headers: soon },
      { kind: "text", text: "At last" },
    );
    await app.save({ "default/1/again.ts": 'return (await ai.generate("Hi")).text;' });
    const before = provider.requests.length;
    expect((await ask("/again")).text).toBe("At last");
    expect(provider.requests.length - before).toBe(3);
  });

  test("after the third attempt it fails", async () => {
    provider.answer({ kind: "error", status: 429, message: "Slow down", headers: soon });
    const before = provider.requests.length;
    const { status, json } = await ask("/again");
    expect([status, json.error]).toEqual([
      500,
      "AiError: The AI provider answered 429: Slow down (3 attempts)",
    ]);
    expect(provider.requests.length - before).toBe(3);
  });

  test("400 is not tried again", async () => {
    provider.answer({ kind: "error", status: 400, message: "No", headers: soon });
    const before = provider.requests.length;
    expect((await ask("/again")).status).toBe(500);
    expect(provider.requests.length - before).toBe(1);
  });

  test("@timeout also ends the wait for another attempt", async () => {
    provider.answer({ kind: "error", status: 429, message: "Slow down", headers: { "retry-after": "1" } });
    await app.save({ "default/1/patient.ts": '// @timeout 400ms\nreturn (await ai.generate("Hi")).text;' });
    const before = provider.requests.length;
    expect((await ask("/patient")).status).toBe(504);
    await Bun.sleep(1300); // The one thing to be seen here is that nothing comes.
    expect(provider.requests.length - before).toBe(1);
  });
});

describe("whoever waits", () => {
  test("a call of a helper module ends with the request", async () => {
    provider.answer({ kind: "hang" });
    await app.save({
      "default/1/_lib/ask.ts": 'export const ask = async () => (await ai.generate("From a helper")).text;',
      "default/1/imports.ts": `// ${SHORT}\nimport { ask } from "./_lib/ask";\nreturn ask();`,
      "default/1/requires.ts": `// ${SHORT}\nreturn require("./_lib/ask").ask();`,
    });
    for (const path of ["/imports", "/requires"]) await expectEnded(path);
  });

  test("a client that leaves ends the call", async () => {
    provider.answer({ kind: "hang" });
    const leaving = new AbortController();
    const before = provider.requests.length;
    const answer = app.fetch(PATHS[0]?.[1] ?? "", { signal: leaving.signal });
    await until(
      () => provider.requests.length,
      (count) => count > before,
    );
    leaving.abort();
    await until(() => provider.requests.at(-1)?.signal.aborted, Boolean);
    await answer;
  });

  test("a signal of the script's own ends the call", async () => {
    provider.answer({ kind: "hang" });
    await app.save({
      "default/1/own.ts":
        'try { await ai.generate({ prompt: "Hi", abortSignal: AbortSignal.timeout(20) }); } catch (e) { return e.name; }',
    });
    expect((await ask("/own")).text).toBe("TimeoutError");
    await until(() => provider.requests.at(-1)?.signal.aborted, Boolean);
  });

  test("calls that are not answered hold up nobody else", async () => {
    provider.answer({ kind: "hang" });
    await app.save({ "default/1/plain.ts": "return 1;" });
    const leaving = new AbortController();
    const before = provider.requests.length;
    const held = Array.from({ length: 50 }, () => app.fetch(PATHS[0]?.[1] ?? "", { signal: leaving.signal }));
    await until(
      () => provider.requests.length,
      (count) => count >= before + 50,
    );
    provider.answer({ kind: "text", text: "Hello" });
    expect((await ask("/plain")).text).toBe("1");
    expect((await ask(PATHS[0]?.[1] ?? "")).text).toBe("Hello");
    leaving.abort();
    await Promise.all(held);
  });
});

describe("over a connection", () => {
  test("a client that leaves in the middle of a stream ends the call", async () => {
    await using server = await listeningApp({ "a.ts": 'return ai.stream("Hi");' }, [
      "--ai-url",
      provider.url,
    ]);
    provider.answer({
      kind: "chunks",
      chunks: ["one", "two"],
      hold: { before: 1, until: new Promise(() => undefined) },
    });
    const leaving = new AbortController();
    const response = await server.fetch("/a", { signal: leaving.signal });
    await (response.body as ReadableStream<Uint8Array>).getReader().read();
    const { signal } = provider.requests.at(-1) as AiRequest;
    expect(signal.aborted).toBe(false);
    leaving.abort();
    await until(() => signal.aborted, Boolean);
  });

  test("a socket's messages may ask a model, also when the socket that came first is gone", async () => {
    const script = `// @mode worker\n// @websocket
ws.message = async (socket, data) => socket.send((await ai.generate(data)).text);`;
    await using server = await listeningApp({ "a.js": script }, ["--ai-url", provider.url]);
    provider.answer({ kind: "text", text: "Hello" });
    const first = await RawSocket.open(server.url, "/a");
    await using second = await RawSocket.open(server.url, "/a");
    await first[Symbol.asyncDispose]();
    second.send(frame("Hi"));
    expect(await second.text()).toBe("Hello");
  });
});

test("a key that cannot be sent is not shown either", async () => {
  await app.save({
    "default/1/odd.ts":
      "// @ai-key \u9375-of-mine\nreturn (await ai.generate({ prompt: 'Hi', maxRetries: 0 })).text;",
  });
  const { status, text } = await ask("/odd");
  expect(status).toBe(500);
  expect(text).toContain("AiError");
  expect(text + logged).not.toContain("of-mine");
});

test("a prompt that is none is told at once", async () => {
  const before = provider.requests.length;
  for (const call of ["generate()", "generate(7)", "stream({})", "object({ schema: z.object({}) })"]) {
    await app.save({ "default/1/none.ts": `return await ai.${call};` });
    const { status, json } = await ask("/none");
    expect([status, json.error]).toEqual([
      500,
      expect.stringMatching(/^TypeError: (ai\.\w+|An AI call) takes a prompt/),
    ]);
  }
  expect(provider.requests.length).toBe(before);
});

test("the key stands in no answer and no line of the log", async () => {
  provider.answer({ kind: "error", status: 401, message: `Wrong key ${KEY}` });
  for (const [, path] of PATHS) expect((await ask(path)).text).not.toContain(KEY);
  const lists = ["scripts/list", "list", "health"].map((name) => ask(`/api/v1/exec/${name}`));
  for (const { text } of await Promise.all(lists)) expect(text).not.toContain(KEY);
  expect(logged).toContain("Wrong key ***");
  expect(logged).not.toContain(KEY);
});

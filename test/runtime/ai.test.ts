import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { hostname } from "node:os";
import { containerTag } from "../../src/ai/provider.ts";
import { type AiRequest, type AiStandIn, aiStandIn } from "../support/ai-stand-in.ts";
import { type ScriptApp, scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

/** Script-runtime.md §13 and the directives of magic-comments.md §3, against a provider on loopback. */
let provider: AiStandIn;
let app: ScriptApp;
beforeAll(async () => {
  provider = aiStandIn();
  app = await scriptApp({}, ["--ai-url", provider.url]);
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(() => provider.answer({ kind: "text", text: "Hello from the stand-in." }));

let written = 0;

/** Writes a script and calls it. @returns Its answer, and the requests that the provider got meanwhile. */
async function run(script: string, more: { readonly files?: Readonly<Record<string, string>> } = {}) {
  const name = `script-${++written}`;
  await app.save({ [`default/1/${name}.ts`]: script, ...more.files });
  const before = provider.requests.length;
  const answer = await app.ask(`/${name}`, { headers: { accept: "application/json" } });
  return { name, answer, sent: provider.requests.slice(before) };
}

/** The only request that a script sent. */
async function sentBy(script: string): Promise<AiRequest> {
  const { answer, sent } = await run(script);
  // The text goes along, because it says why a script failed.
  expect([answer.status, answer.status === 200 ? "" : answer.text]).toEqual([200, ""]);
  expect(sent).toHaveLength(1);
  return sent[0] as AiRequest;
}

const CONTEXTS = {
  "a contained script": "",
  "a script that writes to globalThis": "globalThis.left = 1;\n",
  "a script with a context of its own": "Array.prototype.left = 1;\n",
  "a worker script": "// @mode worker\n",
};

describe.each(Object.entries(CONTEXTS))("in %s", (_kind, head) => {
  test.each([
    ["ai.generate(prompt)", 'return (await ai.generate("Hi")).text;'],
    ["ai.generate(opts)", 'return (await ai.generate({ prompt: "Hi" })).text;'],
    ["ai.stream(prompt)", 'return (await ai.stream("Hi")).textStream;'],
    ["ai.stream without await", 'return ai.stream("Hi").textStream;'],
    ["the result of a stream", 'return ai.stream("Hi");'],
    ["the text of a stream", 'return await ai.stream("Hi").text;'],
    [
      "a loop over a stream",
      'let all = ""; for await (const t of ai.stream("Hi").textStream) all += t; return all;',
    ],
    ["a generator", 'return (async function* () { yield* (await ai.stream("Hi")).textStream; })();'],
    ["generateText", 'return (await generateText({ model, prompt: "Hi" })).text;'],
    ["streamText", 'return streamText({ model, prompt: "Hi" }).textStream;'],
    ["a handler", 'module.exports = async (req, res) => res.send((await ai.generate("Hi")).text);'],
  ])("%s answers the model's text", async (_name, script) => {
    const { answer, sent } = await run(head + script);
    expect([answer.status, answer.text]).toEqual([200, "Hello from the stand-in."]);
    expect(answer.type).toBe("text/plain; charset=utf-8");
    expect(sent.map(({ path, body }) => [path, body.messages])).toEqual([
      ["/api/v1/chat/completions", [{ role: "user", content: "Hi" }]],
    ]);
  });

  test.each([
    [
      "ai.object with Zod",
      'return (await ai.object({ schema: z.object({ n: z.number() }), prompt: "Hi" })).object;',
    ],
    [
      "ai.object with a JSON Schema",
      'const schema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };\n' +
        'return (await ai.object({ schema, prompt: "Hi" })).object;',
    ],
    [
      "generateObject",
      'return (await generateObject({ model, schema: z.object({ n: z.number() }), prompt: "Hi" })).object;',
    ],
  ])("%s answers what the model filled in", async (_name, script) => {
    provider.answer({ kind: "text", text: '{"n":7}' });
    const { answer, sent } = await run(head + script);
    expect([answer.status, answer.text]).toEqual([200, '{"n":7}']);
    expect(sent[0]?.body.response_format).toMatchObject({
      type: "json_schema",
      json_schema: { schema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] } },
    });
  });

  test.each(["ai", "openai", "model", "generateText", "streamText", "generateObject"])(
    "%s may be declared anew",
    async (name) => {
      expect((await run(`${head}const ${name} = "mine"; return ${name};`)).answer.text).toBe("mine");
    },
  );

  test("nothing that a script hangs on what it is given meets the next one", async () => {
    const { answer } = await run(
      `${head}const result = await ai.generate("Hi");
const stream = ai.stream("Hi");
await stream.text;
const seen = [ai, ai.generate, openai, openai.chat, model, generateText, result, stream];
const marked = [];
for (const each of seen) {
  for (let at = each; at; at = Reflect.getPrototypeOf(at)) {
    const isOwn = at === result || [Object, Function].some((own) => own.prototype === at);
    if (!isOwn && Reflect.set(at, "left", 1) && Reflect.has(at, "left")) marked.push(String(each));
  }
}
return { steps: Reflect.isExtensible(Reflect.getPrototypeOf(result.steps[0])), results: Reflect.isExtensible(Reflect.getPrototypeOf(result)) };`,
    );
    expect(answer.json).toEqual({ steps: false, results: false });
    const next = await run(
      `${head}const stream = ai.stream("Hi");
await stream.text;
const made = [ai, ai.generate, openai, openai.chat, model, generateText, await ai.generate("Hi"), stream];
return made.map((each) => "left" in each);`,
    );
    expect(next.answer.json).toEqual([false, false, false, false, false, false, false, false]);
  });
});

describe("what is sent", () => {
  test("the model is the default one, without anything that the script did not ask for", async () => {
    const { authorization, body } = await sentBy('return (await ai.generate("Hi")).text;');
    expect(body).toEqual({ model: "minimax/minimax-m2.5", messages: [{ role: "user", content: "Hi" }] });
    expect(authorization).toBe(`Bearer ${containerTag(hostname())}`);
    expect(authorization).toMatch(/^Bearer container-[0-9a-f]{16}$/);
  });

  test.each<[string, string, object]>([
    ["model", 'model: "a/b"', { model: "a/b" }],
    ["temperature", "temperature: 0.3", { temperature: 0.3 }],
    ["maxTokens", "maxTokens: 9", { max_tokens: 9 }],
    ["maxOutputTokens", "maxOutputTokens: 9", { max_tokens: 9 }],
    [
      "system",
      'system: "Be brief"',
      {
        messages: [
          { role: "system", content: "Be brief" },
          { role: "user", content: "Hi" },
        ],
      },
    ],
    ["a model that was made", 'model: openai("c/d")', { model: "c/d" }],
    ["further options of the SDK", "topP: 0.5", { top_p: 0.5 }],
    ["undefined, which leaves the default", "model: undefined", { model: "minimax/minimax-m2.5" }],
  ])("ai.generate takes %s", async (_name, options, body) => {
    const sent = await sentBy(`return (await ai.generate({ prompt: "Hi", ${options} })).text;`);
    expect(sent.body).toMatchObject(body);
  });

  test("messages take the place of the prompt, those of the system included", async () => {
    const messages = [
      { role: "system", content: "Be brief" },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "Again" },
    ];
    const { body } = await sentBy(
      `return (await ai.generate({ messages: ${JSON.stringify(messages)} })).text;`,
    );
    expect(body.messages).toEqual(messages);
  });

  test.each([
    ["generateText", 'await generateText({ model: "a/b", prompt: "Hi" })'],
    ["streamText", 'await streamText({ model: "a/b", prompt: "Hi" }).text'],
    ["generateText without a model", 'await generateText({ prompt: "Hi" })'],
  ])("a bare name of a model is one of the same provider: %s", async (name, call) => {
    const { body } = await sentBy(`void (${call}); return 1;`);
    expect(body.model).toBe(name.includes("without") ? "minimax/minimax-m2.5" : "a/b");
  });

  test.each(["", ".chat", ".languageModel"])("openai%s(id) speaks chat completions", async (member) => {
    const { path, body } = await sentBy(
      `return (await generateText({ model: openai${member}("gpt-4o"), prompt: "Hi" })).text;`,
    );
    expect([path, body.model]).toEqual(["/api/v1/chat/completions", "gpt-4o"]);
  });
});

describe("directives", () => {
  const HEAD = [
    "// @ai-model openai/gpt-4o",
    "// @ai-temperature 0.7",
    "// @ai-max-tokens 2048",
    "// @ai-key billing-team",
  ];
  const EFFECT = { model: "openai/gpt-4o", temperature: 0.7, max_tokens: 2048 };

  test.each([
    ["ai.generate", 'return (await ai.generate("Hi")).text;'],
    ["ai.stream", 'return ai.stream("Hi");'],
    ["generateText", 'return (await generateText({ model, prompt: "Hi" })).text;'],
    ["streamText", 'return streamText({ model, prompt: "Hi" });'],
  ])(
    "@ai-model, @ai-temperature, @ai-max-tokens and @ai-key reach the provider by %s",
    async (_name, script) => {
      const { authorization, body } = await sentBy([...HEAD, script].join("\n"));
      expect(body).toMatchObject(EFFECT);
      expect(authorization).toBe("Bearer billing-team");
    },
  );

  test("what the call says wins over the directives", async () => {
    const { body } = await sentBy(
      [
        ...HEAD,
        'return (await ai.generate({ prompt: "Hi", model: "a/b", temperature: 0, maxTokens: 1 })).text;',
      ].join("\n"),
    );
    expect(body).toMatchObject({ model: "a/b", temperature: 0, max_tokens: 1 });
  });

  test("@ai false takes the names away", async () => {
    const { answer } = await run(
      "// @ai false\nreturn [typeof ai, typeof openai, typeof model, typeof generateText, typeof streamText, typeof generateObject];",
    );
    expect(answer.json).toEqual(Array(6).fill("undefined"));
  });

  test("a change of them is in force with the next request", async () => {
    const { name } = await run("// @ai-model a/one\nreturn (await ai.generate('Hi')).text;");
    await app.write(`${name}.ts`, "// @ai-model a/two\nreturn (await ai.generate('Hi')).text;");
    await app.ask(`/${name}`);
    expect(provider.requests.at(-1)?.body.model).toBe("a/two");
  });

  test("pre and post have no AI names", async () => {
    const names = "return typeof ai + typeof model";
    await app.save({ "default/1/around/pre.ts": names, "default/1/around/a.ts": "return 1" });
    expect((await app.ask("/around/a")).text).toBe("undefinedundefined");
  });
});

describe("settings", () => {
  test("--ai-default-model and --ai-key take the place of the defaults", async () => {
    const script = 'return (await ai.generate("Hi")).text;';
    const flags = [
      "--ai-url",
      `${provider.url}/`,
      "--ai-default-model",
      "x/y",
      "--ai-key",
      "of-the-operator",
    ];
    await using other = await scriptApp({ "default/1/a.ts": script }, flags);
    expect((await other.ask("/a")).status).toBe(200);
    const { body, authorization } = provider.requests.at(-1) as AiRequest;
    expect([body.model, authorization]).toEqual(["x/y", "Bearer of-the-operator"]);
  });
});

describe("system prompts", () => {
  const GENERATE = 'return (await ai.generate("Hi")).text;';
  const systemOf = (request: AiRequest | undefined) =>
    request?.body.messages
      .filter(({ role }: { role: string }) => role === "system")
      .map(({ content }: { content: string }) => content);

  test("<script>.system.md wins over _system.md of the directory, and each change is seen", async () => {
    const ask = async () => {
      await app.ask("/prompts/a");
      return systemOf(provider.requests.at(-1));
    };
    await app.save({ "default/1/prompts/a.ts": GENERATE });
    expect(await ask()).toEqual([]);
    await app.write("prompts/_system.md", "Of the directory\n");
    expect(await ask()).toEqual(["Of the directory"]);
    await app.write("prompts/a.system.md", "Of the script\n");
    expect(await ask()).toEqual(["Of the script"]);
    await app.save({ "default/1/prompts/a.system.md": "Changed on disk" });
    expect(await ask()).toEqual(["Changed on disk"]);
    await app.call("DELETE", "/api/v1/exec/scripts/delete?path=prompts/a.system.md&confirm=true");
    expect(await ask()).toEqual(["Of the directory"]);
  });

  test.each([
    ["ai.generate", GENERATE, ["Of the directory"]],
    ["ai.stream", 'return ai.stream("Hi");', ["Of the directory"]],
    [
      "ai.object",
      'try { await ai.object({ schema: z.object({}), prompt: "Hi" }); } catch {} return 1;',
      ["Of the directory"],
    ],
    [
      "ai.generate with system",
      'return (await ai.generate({ prompt: "Hi", system: "Mine" })).text;',
      ["Mine"],
    ],
    [
      "ai.generate with an empty system",
      'return (await ai.generate({ prompt: "Hi", system: "" })).text;',
      [],
    ],
    ["generateText", 'return (await generateText({ model, prompt: "Hi" })).text;', []],
    ["streamText", 'return streamText({ model, prompt: "Hi" });', []],
  ])("%s sends the one it should", async (_name, script, expected) => {
    await app.save({ "default/1/told/_system.md": "Of the directory", "default/1/told/a.ts": script });
    expect((await app.ask("/told/a")).status).toBe(200);
    expect(systemOf(provider.requests.at(-1))).toEqual(expected);
  });

  test("nobody can read one by its URL", async () => {
    await app.save({
      "default/1/kept/_system.md": "secret",
      "default/1/kept/a.system.md": "secret",
      "default/1/kept/a.ts": "return 1",
    });
    for (const path of ["/kept/_system.md", "/kept/a.system.md", "/kept/a.system", "/kept/_system"])
      expect((await app.ask(path)).status).toBe(404);
  });
});

describe("streams", () => {
  test("each chunk leaves as it comes", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    provider.answer({
      kind: "chunks",
      chunks: ["one ", "two ", "three"],
      hold: { before: 2, until: promise },
    });
    await app.save({ "default/1/slow.ts": 'return (await ai.stream("Hi")).textStream;' });
    const response = await app.fetch("/slow");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let seen = "";
    const decoder = new TextDecoder();
    while (seen !== "one two ") seen += decoder.decode((await reader.read()).value);
    resolve();
    for (let step = await reader.read(); !step.done; step = await reader.read())
      seen += decoder.decode(step.value);
    expect(seen).toBe("one two three");
  });

  test("a script that leaves the loop ends the call", async () => {
    provider.answer({
      kind: "chunks",
      chunks: ["one", "two"],
      hold: { before: 1, until: new Promise(() => undefined) },
    });
    const { answer, sent } = await run('for await (const text of ai.stream("Hi").textStream) return text;');
    expect(answer.text).toBe("one");
    await until(() => sent[0]?.signal.aborted, Boolean);
  });

  test("a client that leaves ends the call", async () => {
    provider.answer({
      kind: "chunks",
      chunks: ["one", "two"],
      hold: { before: 1, until: new Promise(() => undefined) },
    });
    await app.save({ "default/1/left.ts": 'return ai.stream("Hi");' });
    const response = await app.fetch("/left");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    const { signal } = provider.requests.at(-1) as AiRequest;
    expect(signal.aborted).toBe(false);
    await reader.cancel();
    await until(() => signal.aborted, Boolean);
  });
});

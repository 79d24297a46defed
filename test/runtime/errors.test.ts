import { describe, expect, test } from "bun:test";
import { homedir } from "node:os";
import pino from "pino";
import { type ScriptAnswer, scriptApp } from "../support/script-app.ts";

const JSON_WANTED = { headers: { accept: "application/json" } };

/** Files of `default/1`, called at `/a`: the answer as JSON, and as the text a browser gets. */
async function failureOf(files: Readonly<Record<string, string>>, env: Record<string, string> = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const placed = Object.fromEntries(Object.entries(files).map(([name, text]) => [`default/1/${name}`, text]));
  await using app = await scriptApp(placed, [], { env, log });
  const json = await app.ask("/a", JSON_WANTED);
  const text = await app.ask("/a", { headers: { accept: "text/html,*/*" } });
  return { root: app.scripts.path, json, text, lines };
}

/** The marked line of an excerpt, and the text at its caret. */
function markedIn(excerpt: string): { line: string; atCaret: string } {
  const rows = excerpt.split("\n");
  const at = rows.findIndex((row) => row.startsWith(">"));
  const line = rows[at] ?? "";
  return { line: line.slice(line.indexOf("|") + 2), atCaret: line.slice((rows[at + 1] ?? "").indexOf("^")) };
}

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Default: `default/1/a.ts`. */
  readonly script?: string;
  readonly line: number;
  readonly error: string | RegExp;
  /** Text at the column. */
  readonly at: string;
  /** The marked line of the excerpt, without white space around it. */
  readonly marked: string;
}

const CASES: readonly Case[] = [
  {
    name: "a throw in TypeScript after an enum",
    files: {
      "a.ts":
        'enum Color { Red, Green }\n\nconst wanted: Color = Color.Green;\n  throw new Error("bad " + wanted);',
    },
    line: 4,
    error: "bad 1",
    at: "Error",
    marked: 'throw new Error("bad " + wanted);',
  },
  {
    name: "a throw in a helper in TypeScript",
    files: {
      "a.ts": 'import { check } from "./_check.ts";\nreturn check(1)',
      "_check.ts":
        "interface A { b: 1 }\nexport function check(n: number): never {\n  throw new RangeError(String(n));\n}",
    },
    script: "default/1/_check.ts",
    line: 3,
    error: "RangeError: 1",
    at: "RangeError",
    marked: "throw new RangeError(String(n));",
  },
  {
    name: "a throw in a helper in TypeScript with an enum",
    files: {
      "a.ts": 'import { check } from "./_check.ts";\nreturn check(1)',
      "_check.ts":
        "export enum E { A }\n\n\nexport function check(n: number): never {\n  throw new RangeError(String(n));\n}",
    },
    script: "default/1/_check.ts",
    line: 5,
    error: "RangeError: 1",
    at: "RangeError",
    marked: "throw new RangeError(String(n));",
  },
  {
    name: "a throw in a helper in JavaScript",
    files: {
      "a.ts": 'const { check } = require("./_check.js");\nreturn check()',
      "_check.js": "\nexports.check = () => {\n  null.x;\n};",
    },
    script: "default/1/_check.js",
    line: 3,
    error: /^TypeError: /,
    at: "x",
    marked: "null.x;",
  },
  {
    name: "a throw after await",
    files: {
      "a.ts":
        'const n: number = 1;\nawait new Promise((done) => setTimeout(done, 1));\nif (n) throw new Error("late");',
    },
    line: 3,
    error: "late",
    at: "Error",
    marked: 'if (n) throw new Error("late");',
  },
  {
    name: "a rejected promise",
    files: { "a.ts": '\nreturn Promise.reject(new Error("rejected"))' },
    line: 2,
    error: "rejected",
    at: "Error",
    marked: 'return Promise.reject(new Error("rejected"))',
  },
  {
    name: "a throw in line 1",
    files: { "a.ts": 'const x: number = 1; throw new Error("first")' },
    line: 1,
    error: "first",
    at: "Error",
    marked: 'const x: number = 1; throw new Error("first")',
  },
  {
    name: "a throw in line 1 of a file with its own global",
    files: { "a.ts": 'globalThis.n = 1; throw new Error("first")' },
    line: 1,
    error: "first",
    at: "Error",
    marked: 'globalThis.n = 1; throw new Error("first")',
  },
  {
    name: "a throw in a worker script",
    files: { "a.ts": '// @mode worker\n\nthrow new Error("kept")' },
    line: 3,
    error: "kept",
    at: "Error",
    marked: 'throw new Error("kept")',
  },
  {
    name: "a throw in a context of its own",
    files: { "a.ts": 'eval("1");\nthrow new Error("fresh")' },
    line: 2,
    error: "fresh",
    at: "Error",
    marked: 'throw new Error("fresh")',
  },
  {
    name: "a throw in a decorated class",
    files: {
      "a.ts": `type Fn = (...args: never[]) => unknown;
function logged(_target: object, _key: string, descriptor: PropertyDescriptor) { return descriptor; }
class Shop {
  constructor(private readonly name: string) {}

  @logged
  sell(): never {
    throw new Error(this.name + " is closed");
  }
}
new Shop("corner").sell();`,
    },
    line: 8,
    error: "corner is closed",
    at: "Error",
    marked: 'throw new Error(this.name + " is closed");',
  },
  {
    name: "a throw in an exported handler",
    files: { "a.ts": 'export default async (req) => {\n  await null;\n  throw new Error("handler");\n}' },
    line: 3,
    error: "handler",
    at: "Error",
    marked: 'throw new Error("handler");',
  },
  {
    name: "a throw in pre",
    files: { "a.ts": "return 1", "pre.ts": '\nthrow new Error("pre")' },
    script: "default/1/pre.ts",
    line: 2,
    error: "pre",
    at: "Error",
    marked: 'throw new Error("pre")',
  },
  {
    name: "a throw in post",
    files: { "a.ts": "return 1", "post.ts": 'enum E { A }\nthrow new Error("post")' },
    script: "default/1/post.ts",
    line: 2,
    error: "post",
    at: "Error",
    marked: 'throw new Error("post")',
  },
  {
    name: "an error whose message looks like a place in another file",
    files: { "a.ts": '\nthrow new Error("see default/1/b.ts:1:1")', "b.ts": "return 1" },
    line: 2,
    error: "see default/1/b.ts:1:1",
    at: "Error",
    marked: 'throw new Error("see default/1/b.ts:1:1")',
  },
  {
    name: "an error of another realm that a built-in throws",
    files: { "a.ts": '\n  JSON.parse("{");' },
    line: 2,
    error: /^SyntaxError: JSON Parse error/,
    at: "parse",
    marked: 'JSON.parse("{");',
  },
];

describe("an error names the author's file, line and column", () => {
  test.each(CASES.map((each) => [each.name, each] as const))("%s", async (_name, expected) => {
    const { json, text } = await failureOf(expected.files);
    const { details, error } = json.json;
    const script = expected.script ?? "default/1/a.ts";
    expect(json.status).toBe(500);
    expect(error).toMatch(
      expected.error instanceof RegExp ? expected.error : new RegExp(`^${RegExp.escape(expected.error)}$`),
    );
    expect({ script: details.script, line: details.line }).toEqual({ script, line: expected.line });
    const { line, atCaret } = markedIn(details.excerpt);
    expect(line.trim()).toBe(expected.marked);
    expect(atCaret).toStartWith(expected.at);
    expect(text.text.split("\n")[0]).toBe(`VM Error in script 'default/1/a.ts': ${error}`);
    expect(text.text).toContain(`${script}:${expected.line}:${details.column}`);
    expect(text.text).toContain(details.excerpt);
    expect(text.type).toBe("text/plain; charset=utf-8");
  });
});

describe("things thrown that are no errors", () => {
  test.each<[thrown: string, error: string]>([
    ['"a text"', "a text"],
    ["42", "42"],
    ["null", "null"],
    ["undefined", "undefined"],
    ["{ code: 7 }", "{ code: 7 }"],
    ['{ message: "not an error" }', "not an error"],
    ["[1, 2]", "[ 1, 2 ]"],
    ["Object.create(null)", "{}"],
    ['{ get message() { throw new Error("trap") } }', "{ message: [Getter] }"],
    ['Object.assign(new Error("x"), { name: { toString() { throw 1 } } })', "x"],
    ["Object.assign(new Error(), { message: Symbol('s') })", "Symbol(s)"],
    ["new Proxy({}, { get() { throw new Error('trap') } })", "{}"],
    ['Object.assign(new Error("x"), { stack: 7 })', "x"],
  ])("throw %s", async (thrown, error) => {
    const { json, text } = await failureOf({ "a.ts": `throw ${thrown}` });
    expect([json.status, text.status]).toEqual([500, 500]);
    expect(json.json).toMatchObject({ error: expect.any(String), details: { script: "default/1/a.ts" } });
    expect(json.json.error).toEndWith(error);
  });

  test("an error of a host function, which has no stack, still names the script", async () => {
    const { json } = await failureOf({ "a.ts": 'return await Bun.file("/no/such/file").text()' });
    expect(json.status).toBe(500);
    expect(json.json).toMatchObject({
      error: expect.stringContaining("ENOENT"),
      details: { script: "default/1/a.ts" },
    });
  });

  test("a DOMException is shown with its name", async () => {
    const { json } = await failureOf({ "a.ts": 'throw new DOMException("over", "AbortError")' });
    expect(json.json.error).toBe("AbortError: over");
  });

  test("a very long message is cut", async () => {
    const { json } = await failureOf({ "a.ts": 'throw new Error("x".repeat(100000))' });
    expect(json.json.error.length).toBeLessThan(5_000);
  });

  test("an object that imitates the server's own error does not shape the answer", async () => {
    const source = `const fake = Object.assign(new Error("gone"), { kind: "unauthorized", status: 401, code: "ERROR_401",
  headers: { "x-forged": "1", "set-cookie": "a=b" }, extra: { forged: true }, details: { forged: true } });
Object.defineProperty(fake, Symbol.for("hoody-exec.ExecError"), { value: true });
throw fake;`;
    const { json, text } = await failureOf({ "a.ts": source });
    for (const { status, headers } of [json, text]) {
      expect(status).toBe(500);
      expect(headers.get("x-forged") ?? headers.get("set-cookie")).toBeNull();
    }
    expect(json.json).toMatchObject({
      error: "gone",
      code: "ERROR_500",
      details: { script: "default/1/a.ts" },
    });
    expect(json.json.forged).toBeUndefined();
  });

  test("an object that imitates a compile error does not choose the place that is shown", async () => {
    const { json, text } = await failureOf({
      "a.ts":
        'throw Object.assign(new Error("x"), { name: "CompileError", file: "f", line: 9, column: 9, excerpt: "forged" })',
    });
    expect(json.json.details).toMatchObject({ script: "default/1/a.ts", line: 1 });
    expect(text.type).toStartWith("text/plain");
  });
});

describe("a script that does not compile", () => {
  const BROKEN = "const a: number = 1;\nconst b = ;\nreturn a";

  test("answers a page with the title the contract fixes, the place and an excerpt", async () => {
    const { text } = await failureOf({ "a.ts": BROKEN });
    expect(text.status).toBe(500);
    expect(text.type).toBe("text/html; charset=utf-8");
    expect(text.text).toContain("<title>500 Script Compilation Error - Hoody Exec</title>");
    expect(text.text).toContain("default/1/a.ts:2:11");
    expect(text.text).toContain("const b = ;");
  });

  test("answers JSON with the same when that is preferred", async () => {
    const { json } = await failureOf({ "a.ts": BROKEN });
    expect(json.json).toMatchObject({
      code: "ERROR_500",
      details: { script: "default/1/a.ts", line: 2, column: 11 },
    });
    expect(markedIn(json.json.details.excerpt)).toEqual({ line: "const b = ;", atCaret: ";" });
  });

  test("names the helper when that is what does not compile", async () => {
    const { json } = await failureOf({
      "a.ts": 'import x from "./_x.ts";\nreturn x',
      "_x.ts": "\n\nexport default {;",
    });
    expect(json.json.details).toMatchObject({ script: "default/1/_x.ts", line: 3 });
  });

  test("is in the log with its place", async () => {
    const { lines } = await failureOf({ "a.ts": BROKEN });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 50, script: "default/1/a.ts", line: 2, column: 11 }),
    );
  });

  test("its source cannot put markup into the page", async () => {
    const { text } = await failureOf({ "a.ts": "<script>alert(1)</script>" });
    expect(text.text).not.toContain("<script>alert");
  });

  test.each(["return 1 +", "export default", "const a = `", "await", "if (1) {", "class { }"])(
    "%j has a place inside of the file",
    async (source) => {
      const { json } = await failureOf({ "a.ts": `\n${source}` });
      expect(json.status).toBe(500);
      expect(json.json.details.line).toBe(2);
    },
  );
});

describe("with NODE_ENV=production", () => {
  const production = { NODE_ENV: "production" };

  test.each<[string, string]>([
    ["a throw", '\nconst hidden = 1; throw new Error("shown")'],
    ["a value that is no error", '\nconst hidden = 1; throw "shown"'],
  ])("%s answers its message and the execution id, nothing of the source", async (_name, source) => {
    const { json, text } = await failureOf({ "a.ts": source }, production);
    const id = text.headers.get("x-execution-id") ?? "";
    expect(id).toMatch(/^exec_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(text.text).toBe(`VM Error in script 'default/1/a.ts': shown\n\nExecution: ${id}\n`);
    expect(json.json).toEqual({ error: "shown", code: "ERROR_500", timestamp: expect.any(String) });
    expect(json.headers.get("x-execution-id")).toStartWith("exec_");
  });

  test("a compile error shows no source either", async () => {
    const { json, text } = await failureOf({ "a.ts": "const hidden = ;" }, production);
    expect(text.text).toContain("500 Script Compilation Error - Hoody Exec");
    expect(text.text).not.toContain("hidden");
    expect(JSON.stringify(json.json)).not.toContain("hidden");
  });

  test("neither values that a script returned nor its names stand in an error of the server's own", async () => {
    const typed = await failureOf({ "a.ts": '// @return-type number\nreturn "hidden"' }, production);
    const late = await failureOf({ "a.ts": "// @timeout 10\nawait new Promise(() => {})" }, production);
    expect(Object.keys(typed.json.json).sort()).toEqual(["code", "error", "timestamp"]);
    expect(Object.keys(late.json.json).sort()).toEqual(["code", "error", "timeoutMs", "timestamp"]);
  });

  test("the log still has the place", async () => {
    const { lines } = await failureOf({ "a.ts": '\nthrow new Error("x")' }, production);
    expect(lines).toContainEqual(expect.objectContaining({ level: 50, script: "default/1/a.ts", line: 2 }));
  });
});

describe("X-Execution-Id", () => {
  const idOf = ({ headers }: ScriptAnswer) => headers.get("x-execution-id");

  test("is on every error answer of the script plane", async () => {
    await using app = await scriptApp(
      {
        "default/1/throws.ts": 'throw new Error("x")',
        "default/1/broken.ts": "const = 1",
        "default/1/slow.ts": "// @timeout 10\nawait new Promise(() => {})",
        "default/1/cycle.ts": "const a = {}; a.a = a; return a",
        "default/1/typed.ts": "// @return-type string\nreturn 1",
        "default/1/guarded.ts": "// @token t\nreturn 1",
        "default/1/echo.ts": "return req.body",
        "default/1/verbs.ts": "export const PUT = () => 1",
      },
      ["--body-max", "10b"],
    );
    const calls: readonly [path: string, status: number, init?: RequestInit][] = [
      ["/throws", 500],
      ["/broken", 500],
      ["/slow", 504],
      ["/cycle", 500],
      ["/typed", 500],
      ["/guarded", 401],
      ["/verbs", 405],
      ["/echo", 413, { method: "POST", body: "x".repeat(11) }],
      ["/echo", 400, { method: "POST", body: "{", headers: { "content-type": "application/json" } }],
    ];
    for (const [path, status, init] of calls) {
      const answer = await app.ask(path, init);
      expect([path, answer.status, idOf(answer)]).toEqual([
        path,
        status,
        expect.stringMatching(/^exec_.{26}$/),
      ]);
    }
  });

  test("is on the answer of a script that logs, and is the one the log and the script know", async () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    await using app = await scriptApp(
      {
        "default/1/a.ts": 'console.log("hello"); return metadata.executionId',
        "default/1/stream.ts": 'console.log("x"); res.write("a"); await null; res.end("b")',
        "default/1/response.ts": 'console.log("x"); return new Response("x")',
      },
      [],
      { log },
    );
    const answer = await app.ask("/a");
    expect(idOf(answer)).toBe(answer.text);
    expect(lines).toContainEqual(expect.objectContaining({ executionId: answer.text, msg: "hello" }));
    expect(idOf(await app.ask("/stream"))).toStartWith("exec_");
    expect(idOf(await app.ask("/response"))).toStartWith("exec_");
  });

  test("is not on a plain answer", async () => {
    await using app = await scriptApp({ "default/1/a.ts": "return { a: metadata.path }" });
    expect(idOf(await app.ask("/a"))).toBeNull();
  });

  test("differs from one request to the next", async () => {
    await using app = await scriptApp({ "default/1/a.ts": "throw 1" });
    expect(idOf(await app.ask("/a"))).not.toBe(idOf(await app.ask("/a")));
  });
});

describe("what an error must not show", () => {
  test.each<[string, Record<string, string>]>([
    ["a throw", { "a.ts": 'import fs from "node:fs";\nfs.readFileSync(__dirname + "/gone.txt")' }],
    ["a missing module", { "a.ts": 'require("./gone.ts")' }],
    ["a missing package", { "a.ts": 'import x from "no-such-package-here";\nreturn x' }],
    [
      "a missing module of a helper",
      { "a.ts": 'import x from "./_x.ts";\nreturn x', "_x.ts": 'export * from "../../../gone.ts"' },
    ],
    ["a throw that names its own file", { "a.ts": "throw new Error(__filename)" }],
    ["an error of a host function", { "a.ts": 'return new URL("nope")' }],
    ["an error deep in a built-in", { "a.ts": "return Buffer.alloc(-1)" }],
    [
      "a throw in a timer callback that the script awaits",
      { "a.ts": 'await new Promise((_, no) => setTimeout(() => { no(new Error("t")) }, 1))' },
    ],
  ])("%s: no absolute path of this machine", async (_name, files) => {
    const { root, json, text } = await failureOf(files);
    const seen = json.text + text.text;
    expect([json.status, text.status]).toEqual([500, 500]);
    for (const path of [root, process.cwd(), homedir()]) expect(seen).not.toContain(`${path}/`);
    expect(seen).not.toMatch(/\bsrc\/engine\b/);
  });

  test.each<[string, string]>([
    ["the throw is beside them", '// @token s3cret\n// @ai-key k3y\nthrow new Error("x")'],
    ["the file does not compile", "// @token s3cret\n// @ai-key k3y\nconst = 1"],
  ])("secrets of the header, when %s", async (_name, source) => {
    await using app = await scriptApp({ "default/1/a.ts": source });
    for (const accept of ["application/json", "text/html"]) {
      const { status, text } = await app.ask("/a?token=s3cret", { headers: { accept } });
      expect(status).toBe(500);
      expect(text).toContain("[REDACTED]");
      expect(text).not.toMatch(/s3cret|k3y/);
    }
  });

  test("the query of the request", async () => {
    await using app = await scriptApp({ "default/1/a.ts": 'throw new Error("x")' });
    const { text } = await app.ask("/a?token=s3cret&password=hunter2");
    expect(text).not.toMatch(/s3cret|hunter2/);
  });
});

import { expect, test } from "bun:test";
import { chmod, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { ScriptChange } from "../../../src/scripts/changes.ts";
import { type TestApp, testApp } from "../../support/app.ts";

const URL_PATH = "/api/v1/exec/magic-comments/update";

const SOURCE = "// @timeout 30000\n// @token hush-1 note\n\nmodule.exports = () => 1;\n";
const files = { "default/1/a.ts": SOURCE };

async function stored(app: TestApp, file = "default/1/a.ts"): Promise<string> {
  return readFile(join(app.scripts.path, file), "utf8");
}

test("an update answers exactly what was and what is, and writes the file", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("PUT", URL_PATH, {
    path: "a.ts",
    comments: { timeout: 5000, cors: "reflective" },
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    dry_run: false,
    path: "a.ts",
    previous: { timeout: 30_000, token: "[REDACTED]", tokens: ["[REDACTED]"] },
    updated: { timeout: 5000, token: "[REDACTED]", tokens: ["[REDACTED]"], cors: "reflective" },
    message: "Magic comments updated successfully",
  });
  expect(await stored(app)).toBe(
    "// @timeout 5000\n// @token hush-1 note\n// @cors reflective\n\nmodule.exports = () => 1;\n",
  );
});

test("a dry run answers exactly what would change, and writes nothing", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("PUT", URL_PATH, {
    path: "a.ts",
    comments: { timeout: 5000, token: "hush-2", label: "x" },
    dry_run: true,
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    dry_run: true,
    path: "a.ts",
    current: { timeout: 30_000, token: "[REDACTED]", tokens: ["[REDACTED]"] },
    proposed: { timeout: 5000, token: "[REDACTED]", tokens: ["[REDACTED]"], label: "x" },
    changes: ["timeout: 30000 → 5000", "token: [REDACTED] → [REDACTED]", "label: (unset) → x"],
    message: "Preview only - set dry_run=false to apply changes",
  });
  expect(JSON.stringify(body)).not.toContain("hush");
  expect(await stored(app)).toBe(SOURCE);
});

test("the change is told to the rest of the server before the answer, once", async () => {
  await using app = await testApp({ files });
  const changes: ScriptChange[] = [];
  using _subscription = disposable(app.services.scripts.changes.subscribe((change) => changes.push(change)));
  await app.call("PUT", URL_PATH, { path: "a.ts", comments: { timeout: 1 } });
  expect(changes.filter(byApi)).toEqual([{ kind: "written", file: "default/1/a.ts", origin: "api" }]);
});

test("an update that changes nothing, and a dry run, tell nobody and leave the time of change", async () => {
  await using app = await testApp({ files });
  const changes: ScriptChange[] = [];
  using _subscription = disposable(app.services.scripts.changes.subscribe((change) => changes.push(change)));
  const before = await stat(join(app.scripts.path, "default/1/a.ts"));
  for (const body of [
    { path: "a.ts", comments: {} },
    { path: "a.ts", comments: { timeout: "30s", token: "[REDACTED]", unheard: "of" } },
    { path: "a.ts", comments: { timeout: 1 }, dry_run: true },
  ]) {
    expect((await app.call("PUT", URL_PATH, body)).status).toBe(200);
  }
  const after = await stat(join(app.scripts.path, "default/1/a.ts"));
  expect(after.mtimeMs).toBe(before.mtimeMs);
  expect(after.ino).toBe(before.ino);
  expect(changes).toEqual([]);
  expect(await stored(app)).toBe(SOURCE);
});

test("null removes a directive, [REDACTED] keeps the stored secret", async () => {
  await using app = await testApp({ files });
  const { body } = await app.call("PUT", URL_PATH, {
    path: "a.ts",
    comments: { timeout: null, token: "[REDACTED]" },
  });
  expect(body.updated).toEqual({ token: "[REDACTED]", tokens: ["[REDACTED]"] });
  expect(await stored(app)).toBe("// @token hush-1 note\n\nmodule.exports = () => 1;\n");
});

test("what read answered can be sent back and changes nothing", async () => {
  await using app = await testApp({ files });
  const { body } = await app.call("GET", "/api/v1/exec/magic-comments/read?path=a.ts");
  expect((await app.call("PUT", URL_PATH, { path: "a.ts", comments: body.comments })).status).toBe(200);
  expect(await stored(app)).toBe(SOURCE);
});

test("comments may be the JSON text of an object", async () => {
  await using app = await testApp({ files });
  const { body } = await app.call("PUT", URL_PATH, { path: "a.ts", comments: '{"timeout":7}' });
  expect(body.updated.timeout).toBe(7);
});

test("cors null is written as none", async () => {
  await using app = await testApp({ files: { "default/1/a.ts": "// @cors *\nreturn 1;" } });
  const { body } = await app.call("PUT", URL_PATH, { path: "a.ts", comments: { cors: null } });
  expect(body.updated).toEqual({ cors: null });
  expect(await stored(app)).toBe("// @cors none\nreturn 1;");
});

test("carriage returns, byte order mark, file mode and a code that mentions directives survive", async () => {
  const source = "\uFEFF#!/usr/bin/env bun\r\n// @label x\r\nconst s = '// @timeout 1';\r\n";
  await using app = await testApp({ files: { "default/1/a.ts": source } });
  await chmod(join(app.scripts.path, "default/1/a.ts"), 0o640);
  await app.call("PUT", URL_PATH, { path: "a.ts", comments: { timeout: 2 } });
  expect(await stored(app)).toBe(
    "\uFEFF#!/usr/bin/env bun\r\n// @label x\r\n// @timeout 2\r\nconst s = '// @timeout 1';\r\n",
  );
  expect((await stat(join(app.scripts.path, "default/1/a.ts"))).mode & 0o777).toBe(0o640);
});

test("the deployment is that of query or body, and a path below the scripts directory is found too", async () => {
  const source = "return 1;";
  await using app = await testApp({ files: { "default/2/b.ts": source, "team/3/c.ts": source } });
  await app.call("PUT", `${URL_PATH}?execId=2`, { path: "b.ts", comments: { label: "x" } });
  await app.call("PUT", URL_PATH, { path: "c.ts", execId: "3", subdomain: "team", comments: { label: "y" } });
  expect(await stored(app, "default/2/b.ts")).toBe("// @label x\nreturn 1;");
  expect(await stored(app, "team/3/c.ts")).toBe("// @label y\nreturn 1;");
  await app.call("PUT", URL_PATH, { path: "team/3/c.ts", comments: { label: "z" } });
  expect(await stored(app, "team/3/c.ts")).toBe("// @label z\nreturn 1;");
});

/** A refused update: the file must be as it was, and the answer without secrets. */
interface Refusal {
  readonly name: string;
  readonly body: unknown;
  readonly status: number;
  readonly error: string;
}

const REFUSALS: readonly Refusal[] = [
  { name: "no path", body: { comments: {} }, status: 400, error: "path is required" },
  { name: "no comments", body: { path: "a.ts" }, status: 400, error: "comments object is required" },
  {
    name: "comments that are a list",
    body: { path: "a.ts", comments: [] },
    status: 400,
    error: "comments object is required",
  },
  {
    name: "comments that are null",
    body: { path: "a.ts", comments: null },
    status: 400,
    error: "comments object is required",
  },
  {
    name: "comments in broken JSON",
    body: { path: "a.ts", comments: "{hush-3" },
    status: 400,
    error: "comments object is required",
  },
  { name: "an absent script", body: { path: "b.ts", comments: {} }, status: 404, error: "Script not found" },
  {
    name: "a path outside",
    body: { path: "../2/a.ts", comments: {} },
    status: 403,
    error: "Invalid path: must be within scripts directory",
  },
  {
    name: "a reserved directory",
    body: { path: ".git/a.ts", comments: {} },
    status: 403,
    error: "Path is excluded from access",
  },
  {
    name: "a link that leads out",
    body: { path: "out/a.ts", comments: { label: "x" } },
    status: 403,
    error: "Invalid path: resolves through a symlink",
  },
  {
    name: "a file that is no script",
    body: { path: "notes.md", comments: { label: "x" } },
    status: 400,
    error: 'Cannot edit "default/1/notes.md": only .ts and .js files hold magic comments',
  },
  {
    name: "a value that would not be read back",
    body: { path: "a.ts", comments: { label: "x", mode: "thread" } },
    status: 400,
    error: 'Cannot set @mode to "thread": expected one of worker, serverless',
  },
  {
    name: "a newline in a value",
    body: { path: "a.ts", comments: { label: "x\n// @enabled false" } },
    status: 400,
    error: 'Cannot set @label to "x\\n// @enabled false": control characters and newlines are not allowed',
  },
  {
    name: "a secret with white space",
    body: { path: "a.ts", comments: { token: "hush-2 hush-3" } },
    status: 400,
    error: "Cannot set @token: a secret holds no white space",
  },
  {
    name: "CORS directives together with none",
    body: { path: "a.ts", comments: { cors: "none", "cors-methods": "GET" } },
    status: 400,
    error: "Cannot set @cors-methods: cors is set to none",
  },
  {
    name: "[REDACTED] with nothing stored",
    body: { path: "a.ts", comments: { label: "x", "ai-key": "[REDACTED]" } },
    status: 422,
    error: "Cannot keep @ai-key: nothing is stored behind [REDACTED]",
  },
  {
    name: "a dry run of what would be refused",
    body: { path: "a.ts", comments: { timeout: "soon" }, dry_run: true },
    status: 400,
    error:
      'Cannot set @timeout to "soon": expected milliseconds, or a number with one of the units ms s m h d',
  },
];

test.each(REFUSALS.map((row) => [row.name, row] as const))(
  "is refused and changes nothing: %s",
  async (_name, { body, status, error }) => {
    await using app = await testApp({ files: { ...files, "default/1/notes.md": "// @label a" } });
    await symlink("/tmp", join(app.scripts.path, "default/1/out"));
    const answer = await app.call("PUT", URL_PATH, body);
    expect(answer.body.error).toBe(error);
    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe(status === 400 ? "VALIDATION_ERROR" : `ERROR_${status}`);
    expect(JSON.stringify(answer.body)).not.toContain("hush");
    expect(await stored(app)).toBe(SOURCE);
    expect(await stored(app, "default/1/notes.md")).toBe("// @label a");
  },
);

test("a script that is no UTF-8 is refused, because writing it back would lose bytes", async () => {
  await using app = await testApp({ files });
  const path = join(app.scripts.path, "default/1/a.ts");
  const bytes = Buffer.from([0x2f, 0x2f, 0x20, 0xff, 0xfe, 0x0a]);
  await Bun.write(path, bytes);
  const { status, body } = await app.call("PUT", URL_PATH, { path: "a.ts", comments: { label: "x" } });
  expect(status).toBe(400);
  expect(body.error).toBe('Cannot edit "default/1/a.ts": it is not valid UTF-8');
  expect(await readFile(path)).toEqual(bytes);
});

test("updates at the same time are all kept", async () => {
  await using app = await testApp({ files: { "default/1/a.ts": "return 1;" } });
  const comments = {
    timeout: 1,
    label: "x",
    mode: "worker",
    cors: "*",
    enabled: false,
    tags: ["a"],
    ai: false,
  };
  const answers = await Promise.all(
    Object.entries(comments).map(([name, value]) =>
      app.call("PUT", URL_PATH, { path: "a.ts", comments: { [name]: value } }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Object.keys(comments).map(() => 200));
  const { body } = await app.call("GET", "/api/v1/exec/magic-comments/read?path=a.ts");
  expect(body.comments).toEqual(comments);
});

test("the next read sees the update", async () => {
  await using app = await testApp({ files });
  await app.call("PUT", URL_PATH, { path: "a.ts", comments: { timeout: 9 } });
  const { body } = await app.call("GET", "/api/v1/exec/magic-comments/read?path=a.ts");
  expect(body.comments.timeout).toBe(9);
});

function disposable(dispose: () => void): Disposable {
  return { [Symbol.dispose]: dispose };
}

/** The watcher may still be telling of the files that the test began with. */
function byApi(change: ScriptChange): boolean {
  return change.kind === "reset" || change.origin === "api";
}

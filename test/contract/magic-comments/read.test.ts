import { expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const URL_PATH = "/api/v1/exec/magic-comments/read";

const files = {
  "default/1/a.ts":
    "// @timeout 5s\n// @cors none\n// @token hush-1 note\n// @token hush-2\n// @ai-key hush-3\nreturn 1;",
  "default/1/plain.js": "return 1;",
  "default/1/notes.md": "// @timeout 5",
  "default/1/odd.ts": "// @timeout soon\n// @label x",
  "default/2/b.ts": "// @label second",
};

test("answers exactly path and what the file says, secrets redacted", async () => {
  await using app = await testApp({ files });
  const { status, body } = await app.call("GET", `${URL_PATH}?path=a.ts`);
  expect(status).toBe(200);
  expect(body).toEqual({
    path: "a.ts",
    comments: {
      timeout: 5000,
      cors: null,
      token: "[REDACTED]",
      tokens: ["[REDACTED]", "[REDACTED]"],
      "ai-key": "[REDACTED]",
    },
  });
  expect(JSON.stringify(body)).not.toContain("hush");
});

test("a script without directives has empty comments, a file that is no script has null", async () => {
  await using app = await testApp({ files });
  expect((await app.call("GET", `${URL_PATH}?path=plain.js`)).body).toEqual({
    path: "plain.js",
    comments: {},
  });
  expect((await app.call("GET", `${URL_PATH}?path=notes.md`)).body).toEqual({
    path: "notes.md",
    comments: null,
  });
});

test("a line that cannot be used is left out", async () => {
  await using app = await testApp({ files });
  expect((await app.call("GET", `${URL_PATH}?path=odd.ts`)).body.comments).toEqual({ label: "x" });
});

scenario("a path below the scripts directory is found when the deployment has no such file", {
  files,
  request: ["GET", `${URL_PATH}?path=default/2/b.ts`],
  status: 200,
  body: { path: "default/2/b.ts", comments: { label: "second" } },
});

scenario("the deployment may be named in the query", {
  files,
  request: ["GET", `${URL_PATH}?path=b.ts&execId=2`],
  status: 200,
  body: { path: "b.ts", comments: { label: "second" } },
});

scenario("the deployment is otherwise that of the Host", {
  files,
  request: ["GET", `${URL_PATH}?path=b.ts`],
  flags: ["--allowed-hosts", "*.example.com"],
  headers: { host: "p-c-exec-2.example.com" },
  status: 200,
  body: { comments: { label: "second" } },
});

scenario("a call without a path is refused", {
  request: ["GET", URL_PATH],
  status: 400,
  body: { error: "path is required", code: "VALIDATION_ERROR", details: { field: "path" } },
});

scenario("an absent script is 404", {
  files,
  request: ["GET", `${URL_PATH}?path=absent.ts`],
  status: 404,
  body: { error: "Script not found", code: "ERROR_404" },
});

scenario("a directory is refused", {
  files,
  request: ["GET", `${URL_PATH}?path=default/2/`],
  status: 400,
  body: { code: "VALIDATION_ERROR" },
});

scenario("a reserved directory is 403", {
  files: { "default/1/node_modules/m/a.ts": "// @label x" },
  request: ["GET", `${URL_PATH}?path=node_modules/m/a.ts`],
  status: 403,
  body: { error: "Path is excluded from access", code: "ERROR_403" },
});

for (const path of [
  "../2/b.ts",
  "..%2F..%2Fsecret.ts",
  "/etc/passwd",
  "a%5Cb.ts",
  "a.ts%00",
  "default/2/../../x.ts",
]) {
  scenario(`a path outside the scripts directory is 403: ${path}`, {
    files,
    request: ["GET", `${URL_PATH}?path=${path}`],
    status: 403,
    body: { error: "Invalid path: must be within scripts directory", code: "ERROR_403" },
  });
}

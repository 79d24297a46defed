import { describe } from "bun:test";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";

const POST_JSON: RequestInit = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"n":1}',
};

describe("export default", () => {
  const answers = (script: string): ScriptRow => ({ script, json: { by: "GET" } });
  scriptRows(
    {
      "a named function": answers("export default function handle(req) { return { by: req.method }; }"),
      "an anonymous function": answers("export default function (req) { return { by: req.method }; }"),
      "a named async function": answers(
        "export default async function handle(req) { return { by: req.method }; }",
      ),
      "an anonymous async function": answers(
        "export default async function (req, res) { res.json({ by: req.method }); }",
      ),
      "an arrow": answers("export default (req) => ({ by: req.method });"),
      "an async arrow": answers(
        "export default async (req, res) => { await null; res.json({ by: req.method }); };",
      ),
      "an arrow on the next line": answers("export default\n  (req) => ({ by: req.method });"),
      "a name": answers("const handle = (req) => ({ by: req.method });\nexport default handle;"),
      "a name in braces": answers(
        "const handle = (req) => ({ by: req.method });\nexport { handle as default };",
      ),
      "a name before its function": answers(
        "export default handle;\nfunction handle(req) { return { by: req.method }; }",
      ),
      "the result of a call": answers(
        "const make = (key) => (req) => ({ [key]: req.method });\nexport default make('by');",
      ),
      "an awaited handler": answers("export default await Promise.resolve((req) => ({ by: req.method }));"),
      "an anonymous function before a line that begins with a parenthesis": answers(
        "export default function (req) { return { by: req.method }; }\n(() => { shared.ran = 1; })()",
      ),
      "a handler in parentheses": answers("export default ((req) => ({ by: req.method }));"),
      "an object with fetch": answers(
        "export default { fetch(request) { return Response.json({ by: request.method }); } };",
      ),
      "an object with async fetch that uses this": answers(
        "export default { key: 'by', async fetch(request) { return { [this.key]: request.method }; } };",
      ),
      "an instance of a class with fetch": answers(
        "class App { key = 'by'; fetch(request) { return { [this.key]: request.method }; } }\nexport default new App();",
      ),
      "a default export re-exported from a helper": answers('export { default } from "./_lib/handler.js";'),
      "a named export of a helper re-exported as default": answers(
        'export { handle as default } from "./_lib/handler.js";',
      ),
      "exported handler": answers("export const handler = (req) => ({ by: req.method });"),
      "exported fetch": answers("export const fetch = (request) => ({ by: request.method });"),
      "a generator function streams what it yields": {
        script: "export default function* () { yield 'a'; yield 'b'; }",
        text: "ab",
      },
      "a named generator function streams what it yields": {
        script: "export default function* all() { yield 'a'; yield 'b'; }",
        text: "ab",
      },
      "an async generator function streams what it yields": {
        script: "export default async function* () { yield 'a'; await null; yield 'b'; }",
        text: "ab",
      },
      "an object is the answer": { script: "export default { a: 1 };", json: { a: 1 } },
      "an array is the answer": { script: "export default [1, 2];", json: [1, 2] },
      "a string is the answer": { script: "export default 'plain';", text: "plain" },
      "a number is the answer": { script: "export default 42;", text: "42" },
      "false is the answer": { script: "export default false;", text: "false" },
      "null answers 204": { script: "export default null;", status: 204, text: "" },
      "a template on several lines is the answer": { script: "export default `a\nb`;", text: "a\nb" },
      "a Response is the answer": {
        script: "export default new Response('made', { status: 201 });",
        status: 201,
        text: "made",
      },
      "a handler gets req, res, metadata and shared": {
        script:
          "export default (req, res, metadata, shared) => [req.method, typeof res.json, metadata.method, typeof shared];",
        json: ["GET", "function", "GET", "object"],
      },
      "injected names are visible inside the handler": {
        script: "export default function () { return { q: metadata.query.q, m: req.method }; }",
        at: "?q=x",
        json: { q: "x", m: "GET" },
      },
      "a top-level return wins over export default": {
        script: "export default () => 'handler';\nreturn 'returned';",
        text: "returned",
      },
      "a top-level return before export default wins": {
        script: "if (req.method === 'GET') return 'returned';\nexport default () => 'handler';",
        text: "returned",
      },
      "the Request of fetch carries the body": {
        script: "export default { async fetch(request) { return { body: await request.json() }; } };",
        init: POST_JSON,
        json: { body: { n: 1 } },
      },
      "the Request of fetch carries URL, headers and a signal": {
        script:
          "export default { fetch(request) { const { pathname, search } = new URL(request.url); return [pathname.slice(0, 5), search, request.headers.get('x-a'), request.signal.aborted]; } };",
        at: "?a=1",
        init: { headers: { "x-a": "b" } },
        json: ["/row-", "?a=1", "b", false],
      },
    },
    {
      "default/1/_lib/handler.js":
        "export default function (req) { return { by: req.method }; }\nexport const handle = (req) => ({ by: req.method });",
    },
  );
});

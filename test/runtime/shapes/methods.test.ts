import { describe } from "bun:test";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";

const POST_JSON: RequestInit = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"n":1}',
};

describe("exported methods", () => {
  const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  const ALL = METHODS.map((name) => `export async function ${name}(request) { return request.method; }`).join(
    "\n",
  );
  const GET_AND_POST =
    "export const GET = () => 'got';\nexport async function POST(request) { return request.json(); }";
  scriptRows({
    ...Object.fromEntries(
      METHODS.map((method) => [
        `${method} is answered by the function of that name`,
        { script: ALL, init: { method }, text: method } satisfies ScriptRow,
      ]),
    ),
    "the function gets a Web Request with its body": {
      script: GET_AND_POST,
      init: POST_JSON,
      json: { n: 1 },
    },
    "HEAD is answered by GET": {
      script:
        "export function GET() { return new Response('got', { status: 203, headers: { 'x-by': 'GET' } }); }",
      init: { method: "HEAD" },
      status: 203,
      headers: { "x-by": "GET" },
    },
    "HEAD is answered by HEAD where there is one": {
      script:
        "export const GET = () => 'got';\nexport const HEAD = () => new Response(null, { headers: { 'x-by': 'HEAD' } });",
      init: { method: "HEAD" },
      headers: { "x-by": "HEAD" },
    },
    "another method answers 405 with Allow": {
      script: GET_AND_POST,
      init: { method: "DELETE" },
      status: 405,
      headers: { allow: "GET, POST, HEAD" },
    },
    "HEAD without GET answers 405 with Allow": {
      script: "export const POST = () => 'posted';",
      init: { method: "HEAD" },
      status: 405,
      headers: { allow: "POST" },
    },
    "an unknown method answers 405 with Allow": {
      script: "export const POST = () => 'posted';",
      init: { method: "PROPFIND" },
      status: 405,
      headers: { allow: "POST" },
    },
    "OPTIONS is answered before the script": {
      script: "export const OPTIONS = () => 'mine';\nexport const GET = () => 'got';",
      init: { method: "OPTIONS" },
      status: 204,
      text: "",
    },
    "methods may be exported in braces": {
      script: "const get = () => 'got';\nexport { get as GET };",
      text: "got",
    },
    "other exports beside a method change nothing": {
      script: "export const config = { a: 1 };\nexport const GET = () => 'got';",
      text: "got",
    },
    "all other shapes get every method": {
      script: "return req.method;",
      init: { method: "PATCH" },
      text: "PATCH",
    },
  });
});

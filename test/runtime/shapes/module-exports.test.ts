import { describe } from "bun:test";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";

describe("module.exports and exports", () => {
  const answers = (script: string): ScriptRow => ({ script, json: { by: "GET" } });
  scriptRows({
    "module.exports = arrow": answers("module.exports = (req, res) => res.json({ by: req.method });"),
    "module.exports = anonymous function": answers(
      "module.exports = function (req, res) { res.json({ by: req.method }); };",
    ),
    "module.exports = named function": answers(
      "module.exports = function handle(req, res) { res.json({ by: req.method }); };",
    ),
    "module.exports = a function declared later": answers(
      "module.exports = handle;\nfunction handle(req) { return { by: req.method }; }",
    ),
    "module.exports = async arrow": answers(
      "module.exports = async (req, res) => { await null; res.json({ by: req.method }); };",
    ),
    "module.exports = async function": answers(
      "module.exports = async function (req) { return { by: req.method }; };",
    ),
    "the handler's own return value is the answer": answers(
      "module.exports = (req) => ({ by: req.method });",
    ),
    "exports.default = handler": answers("exports.default = (req) => ({ by: req.method });"),
    "exports.handler = handler": answers("exports.handler = (req) => ({ by: req.method });"),
    "module.exports.default = handler": answers("module.exports.default = (req) => ({ by: req.method });"),
    "module.exports.handler = handler": answers("module.exports.handler = (req) => ({ by: req.method });"),
    "module.exports = { handler }": answers(
      "module.exports = { handler(req) { return { by: req.method }; } };",
    ),
    "module.exports = exports = handler": answers(
      "module.exports = exports = (req) => ({ by: req.method });",
    ),
    "module.exports = handler after a top-level await": answers(
      "const key = await Promise.resolve('by');\nmodule.exports = (req) => ({ [key]: req.method });",
    ),
    "module.exports = { fetch } gets a Request": answers(
      "module.exports = { fetch: (request) => Response.json({ by: request.method }) };",
    ),
    "module.exports = { GET } gets a Request": answers(
      "module.exports = { GET: (request) => ({ by: request.method }) };",
    ),
    "module.exports = a value is the answer": { script: "module.exports = { a: [1] };", json: { a: [1] } },
    "module.exports = an array is the answer": { script: "module.exports = [];", json: [] },
    "module.exports = a string is the answer": { script: "module.exports = 'plain';", text: "plain" },
    "module.exports = generator function streams what it yields": {
      script: "module.exports = function* () { yield 'a'; yield 'b'; };",
      text: "ab",
    },
    "module.exports = async generator function streams what it yields": {
      script: "module.exports = async function* () { yield 'a'; await null; yield 'b'; };",
      text: "ab",
    },
    "a handler is called with req, res, metadata and shared": {
      script:
        "module.exports = (req, res, metadata, shared) => { shared.n = 1; return [req.method, typeof res.json, metadata.method, shared.n]; };",
      json: ["GET", "function", "GET", 1],
    },
    "a handler that takes ...all gets four arguments": {
      script: "module.exports = (...all) => [all.length, all[2].method, typeof all[3]];",
      json: [4, "GET", "object"],
    },
    "a handler that reads arguments gets four": {
      script: "module.exports = function () { return [arguments.length, arguments[2].method]; };",
      json: [4, "GET"],
    },
    "a handler whose third parameter has a default gets metadata": {
      script:
        "module.exports = (req, res, metadata = null, shared = null) => [metadata?.method, typeof shared];",
      json: ["GET", "object"],
    },
    "a handler whose first parameter has a default gets metadata": {
      script: "module.exports = (req = null, res = null, { method } = {}) => ({ method });",
      json: { method: "GET" },
    },
    "a bound handler gets metadata": {
      script:
        "function handle(req, res, metadata) { return [this.tag, metadata.method]; }\nmodule.exports = handle.bind({ tag: 't' });",
      json: ["t", "GET"],
    },
    "a handler made by another function gets metadata": {
      script:
        "const wrap = (inner) => (...args) => inner(...args);\nmodule.exports = wrap((req, res, metadata) => ({ by: metadata.method }));",
      json: { by: "GET" },
    },
    "injected names are visible inside the handler": {
      script: "module.exports = async (req, res) => res.json({ q: metadata.query.q, s: typeof shared });",
      at: "?q=x",
      json: { q: "x", s: "object" },
    },
    "a top-level return wins over module.exports": {
      script: "module.exports = () => 'handler';\nreturn 'returned';",
      text: "returned",
    },
    "an answer by res at top level wins over module.exports": {
      script: "module.exports = () => 'handler';\nres.send('sent');",
      text: "sent",
    },
    "a handler that returns nothing and does not answer gives 204": {
      script: "module.exports = () => {};",
      status: 204,
      text: "",
    },
  });
});

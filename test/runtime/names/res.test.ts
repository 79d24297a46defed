import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";

describe("res", () => {
  const JSON_TYPE = "application/json; charset=utf-8";
  const TEXT = "text/plain; charset=utf-8";
  const HTML = "text/html; charset=utf-8";
  const does = (script: string, row: Partial<ScriptRow>): ScriptRow => ({ script, ending: "ts", ...row });
  scriptRows({
    "status(n) can be chained": does("res.status(418).json({ a: 1 });", { status: 418, json: { a: 1 } }),
    "status(n) alone sets the status of the returned value": does("res.status(202);\nreturn { a: 1 };", {
      status: 202,
      json: { a: 1 },
    }),
    "status(n) alone with nothing returned answers without a body": does("res.status(202);", {
      status: 202,
      text: "",
    }),
    "json(v) answers JSON": does("res.json([1]);", { json: [1], type: JSON_TYPE }),
    "json(v) keeps a Content-Type of the script": does("res.type('application/problem+json').json({});", {
      type: "application/problem+json",
    }),
    "json(null) answers null": does("res.json(null);", { text: "null", type: JSON_TYPE }),
    "json() answers null": does("res.json();", { text: "null" }),
    "json of a cycle is a 500": does("const a = {}; a.a = a;\nres.json(a);", { status: 500 }),
    "send(text) answers text": does("res.send('a');", { text: "a", type: TEXT }),
    "send(markup) answers HTML": does("res.send('<p>a</p>');", { text: "<p>a</p>", type: HTML }),
    "send(object) answers JSON": does("res.send({ a: 1 });", { json: { a: 1 }, type: JSON_TYPE }),
    "send(bytes) answers them": does("res.send(Buffer.from('a'));", {
      text: "a",
      type: "application/octet-stream",
    }),
    "send(number) answers its text": does("res.send(7);", { text: "7", type: TEXT }),
    "send() answers nothing": does("res.send();", { text: "" }),
    "statusCode can be set": does("res.statusCode = 404;\nres.end('gone');", { status: 404, text: "gone" }),
    "statusCode can be read": does("res.status(201);\nreturn [res.statusCode];", {
      status: 201,
      json: [201],
    }),
    "setHeader and getHeader": does(
      "res.setHeader('X-A', 'b');\nreturn [res.getHeader('x-a'), res.getHeader('x-b')];",
      {
        json: ["b", null],
        headers: { "x-a": "b" },
      },
    ),
    "setHeader replaces": does("res.setHeader('x-a', '1'); res.setHeader('x-a', 2);\nres.end();", {
      headers: { "x-a": "2" },
    }),
    "setHeader of a list sends each": does("res.setHeader('Set-Cookie', ['a=1', 'b=2']);\nres.end();", {
      headers: { "set-cookie": "a=1, b=2" },
    }),
    removeHeader: does("res.setHeader('x-a', 'b').removeHeader('X-A');\nres.end();", {
      headers: { "x-a": null },
    }),
    "hasHeader and getHeaders": does(
      "res.setHeader('X-A', 'b');\nreturn [res.hasHeader('x-a'), res.getHeaders()];",
      {
        json: [true, { "x-a": "b" }],
      },
    ),
    "writeHead(status, headers)": does("res.writeHead(201, { 'X-A': 'b' });\nres.end('a');", {
      status: 201,
      headers: { "x-a": "b" },
      text: "a",
    }),
    "writeHead(status, reason, headers)": does("res.writeHead(201, 'Made', { 'X-A': 'b' }).end('a');", {
      status: 201,
      headers: { "x-a": "b" },
    }),
    "write and end": does("res.write('a'); res.write(Buffer.from('b')); res.end('c');", { text: "abc" }),
    "write over time is streamed": does(
      "res.write('a'); await Bun.sleep(1); res.write('b'); await null; res.end();",
      {
        text: "ab",
      },
    ),
    "write keeps a Content-Type of the script": does("res.type('text/csv');\nres.write('a'); res.end();", {
      type: "text/csv",
      text: "a",
    }),
    "end() answers nothing": does("res.status(204).end();", { status: 204, text: "" }),
    "end(text) answers it": does("res.end('a');", { text: "a" }),
    headersSent: does(
      "const before = res.headersSent;\nres.write('[' + before + ',');\nres.end(res.headersSent + ']');",
      {
        json: [false, true],
      },
    ),
    "stream(generator)": does("res.stream((function* () { yield 'a'; yield 'b'; })());", {
      text: "ab",
      type: TEXT,
    }),
    "stream(async generator)": does(
      "res.stream((async function* () { yield 'a'; await null; yield 'b'; })());",
      {
        text: "ab",
      },
    ),
    "stream(list)": does("res.stream(['a', 'b']);", { text: "ab" }),
    "stream(ReadableStream)": does("res.stream(new Blob(['ab']).stream());", { text: "ab" }),
    "stream(object with textStream)": does("res.stream({ textStream: new Blob(['ab']).stream() });", {
      text: "ab",
    }),
    "stream keeps a Content-Type of the script": does(
      "res.type('text/event-stream').stream(['data: 1\\n\\n']);",
      {
        type: "text/event-stream",
      },
    ),
    "set(name, value)": does("res.set('X-A', 'b').end();", { headers: { "x-a": "b" } }),
    "set(object)": does("res.set({ 'X-A': 'b', 'X-C': 'd' }).end();", {
      headers: { "x-a": "b", "x-c": "d" },
    }),
    "header(name, value)": does("res.header('X-A', 'b').end();", { headers: { "x-a": "b" } }),
    "get(name)": does("res.set('X-A', 'b');\nreturn [res.get('x-a')];", { json: ["b"] }),
    "type(media type)": does("res.type('text/css').send('a');", { type: "text/css" }),
    "type(ending)": does("res.type('html').send('a');", { type: "text/html;charset=utf-8" }),
    "redirect(url) is a 302": does("res.redirect('/b');", {
      status: 302,
      headers: { location: "/b" },
      text: "",
    }),
    "redirect(status, url)": does("res.redirect(301, '/b');", { status: 301, headers: { location: "/b" } }),
    "cookie(name, value)": does("res.cookie('a', 'b c').end();", {
      headers: { "set-cookie": "a=b%20c; Path=/" },
    }),
    "cookie with every option": does(
      "res.cookie('a', { n: 1 }, { maxAge: 5000, path: '/x', domain: 'd.test', secure: true, httpOnly: true, sameSite: 'none', expires: new Date(0) }).end();",
      {
        headers: {
          "set-cookie":
            "a=%7B%22n%22%3A1%7D; Path=/x; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=d.test; HttpOnly; Secure; SameSite=None",
        },
      },
    ),
    "two cookies are two fields": does("res.cookie('a', '1').cookie('b', '2').end();", {
      headers: { "set-cookie": "a=1; Path=/, b=2; Path=/" },
    }),
    "clearCookie(name)": does("res.clearCookie('a').end();", {
      headers: { "set-cookie": "a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT" },
    }),
    "append(name, value)": does("res.append('X-A', 'b').append('X-A', 'c').end();", {
      headers: { "x-a": "b, c" },
    }),
    "sendStatus(n)": does("res.sendStatus(404);", { status: 404, text: /\S/, type: TEXT }),
    "sendFile(path)": does("res.sendFile(__filename);", { text: /sendFile/ }),
    "sendFile of an absent file is a 404": does("res.sendFile(__dirname + '/absent.txt');", { status: 404 }),
    "sendFile of a directory is a 404": does("res.sendFile(__dirname);", { status: 404 }),
    "a file's Content-Type comes from its ending": does(
      "fs.writeFileSync(__dirname + '/page.html', 'a');\nres.sendFile(__dirname + '/page.html');",
      { text: "a", type: "text/html;charset=utf-8" },
    ),
    "html(text)": does("res.html('a');", { text: "a", type: HTML }),
    "text(text)": does("res.text('<p>');", { text: "<p>", type: TEXT }),
    "a return value after the answer is ignored": does("res.json({ a: 1 });\nreturn { b: 2 };", {
      json: { a: 1 },
    }),
    "an answer inside a handler wins over its return value": does(
      "module.exports = (req, res) => { res.send('sent'); return 'returned'; };",
      { text: "sent" },
    ),
    "returning res means already answered": does("return res.status(401).json({ error: 'no' });", {
      status: 401,
      json: { error: "no" },
    }),
    "returning res without an answer sends its status": does("return res.status(403);", {
      status: 403,
      text: "",
    }),
    "setting a header afterwards throws": does(
      "res.json({});\ntry { res.setHeader('x-a', 'b'); } catch (error) { shared.code = error.code; }",
      { headers: { "x-a": null }, json: {} },
    ),
    "headers set before a return value go along": does("res.set('x-a', 'b');\nreturn { a: 1 };", {
      headers: { "x-a": "b" },
      json: { a: 1 },
      type: "application/json;charset=utf-8",
    }),
    "methods may be taken off res": does("const { json } = res;\njson.call(res, { a: 1 });", {
      json: { a: 1 },
    }),
  });

  test.each<[string, string]>([
    ["setHeader", "res.setHeader('a', 'b')"],
    ["removeHeader", "res.removeHeader('a')"],
    ["json", "res.json({})"],
    ["send", "res.send('a')"],
    ["write", "res.write('a')"],
    ["cookie", "res.cookie('a', 'b')"],
    ["redirect", "res.redirect('/')"],
  ])("%s after the answer throws ERR_HTTP_HEADERS_SENT", async (_name, call) => {
    await using app = await scriptApp({
      "default/1/a.ts": `res.end('sent');\ntry { ${call}; shared.code = 'none'; } catch (error) { shared.code = error.code; }`,
      "default/1/code.ts": "return shared.code;",
    });
    expect((await app.ask("/a")).text).toBe("sent");
    expect((await app.ask("/code")).text).toBe("ERR_HTTP_HEADERS_SENT");
  });
});

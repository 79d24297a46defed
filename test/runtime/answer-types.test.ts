import { expect, test } from "bun:test";
import { answerOf, scriptApp } from "../support/script-app.ts";

/** Content types of what a script sends with Node's own methods; without one, browsers would store it as a file. */
const TEXT = "text/plain; charset=utf-8";
const HTML = "text/html; charset=utf-8";

test.each([
  ['res.end("text")', TEXT],
  ['res.end("<p>text")', HTML],
  ['res.write("a"); res.end("<p>b")', TEXT],
  ['res.write("<!doctype html>"); res.end("b")', HTML],
  ['res.write("<p>a"); await Bun.sleep(1); res.end("b")', HTML],
  ['res.write("<"); res.write("!doctype html><p>a"); res.end()', HTML],
  ['res.write("<"); await null; res.end("p>a")', TEXT],
  ['res.write(""); res.write("<p"); res.write(Buffer.from(">a")); await Bun.sleep(1); res.end("b")', HTML],
  ['res.write(Buffer.from("<p>")); res.end("a")', ""],
  ['res.setHeader("Content-Type", "text/css"); res.end("a {}")', "text/css"],
  [
    'res.writeHead(200, { "content-type": "text/event-stream" }); res.write("data: 1\\n\\n"); res.end()',
    "text/event-stream",
  ],
])("%s is %s", async (body, type) => {
  const answer = await answerOf(body);
  expect([answer.status, answer.type]).toEqual([200, type]);
});

test.each([
  ['res.end("")', 200],
  ['res.write(""); res.end("")', 200],
  ['res.status(204).end("")', 204],
  ['res.status(304).end("gone")', 304],
  ['res.status(304).write("gone"); res.end()', 304],
  ["res.sendStatus(204)", 204],
  ["res.status(204).json({})", 204],
])("%s has no body and so no type", async (body, status) => {
  const answer = await answerOf(body);
  expect([answer.status, answer.type, answer.text]).toEqual([status, "", ""]);
});

test("an answer without a body keeps the type that a script sets", async () => {
  const answer = await answerOf('res.status(304).type("text/css").end("")');
  expect([answer.status, answer.type]).toEqual([304, "text/css"]);
});

test.each([
  ["json", "application/json"],
  [".json", "application/json"],
  [".css", "text/css"],
  ["text/x-own", "text/x-own"],
])("res.type(%j) sets %s", async (name, type) => {
  const answer = await answerOf(`res.type(${JSON.stringify(name)}).end("x")`);
  expect(answer.type.split(";")[0]).toBe(type);
});

test("getHeader tells the type that an answer got by itself", async () => {
  await using app = await scriptApp({
    "default/1/a.ts": 'res.text("a"); shared.type = res.getHeader("Content-Type");',
    "default/1/told.ts": "return shared.type",
  });
  await app.ask("/a");
  expect((await app.ask("/told")).text).toBe("text/plain; charset=utf-8");
});

test("getHeader tells the type of what was written so far", async () => {
  expect((await answerOf('res.write("<p>"); res.end(res.getHeader("content-type"))')).text).toBe(
    `<p>${HTML}`,
  );
});

import { describe, expect, test } from "bun:test";
import { listeningApp } from "../support/listening-app.ts";

const LOGGED = { "logged.js": "// @log-level standard\nreturn 1;\n" };
const STREAM = "/api/v1/exec/logs/stream?file=default-1.log";

describe("HEAD of the control API", () => {
  test.each([
    "/openapi.json",
    "/openapi.yaml",
    "/api/v1/exec/docs",
    "/api/v1/exec/scripts/list",
    "/api/v1/exec/scripts/list?dir=missing",
    "/api/v1/exec/scripts/list?recursive=maybe",
    "/api/v1/exec/templates/list",
    "/api/v1/exec/nope",
  ])("%s has the status, type and length of the GET, and no body", async (path) => {
    await using server = await listeningApp({});
    const [get, head] = [await server.fetch(path), await server.fetch(path, { method: "HEAD" })];
    const sent = await get.bytes();
    expect(await head.bytes()).toHaveLength(0);
    expect([head.status, head.headers.get("content-type"), head.headers.get("content-length")]).toEqual([
      get.status,
      get.headers.get("content-type"),
      String(sent.length),
    ]);
  });

  test("a stream is not begun and takes no place of a follower", async () => {
    await using server = await listeningApp(LOGGED, ["--log-followers-max", "1"]);
    await server.get("/logged");
    for (let asked = 0; asked < 3; asked++) {
      const head = await server.fetch(STREAM, { method: "HEAD" });
      expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    }
    expect(await server.get(`${STREAM}&follow=false`)).toContain("data: ");
  });
});

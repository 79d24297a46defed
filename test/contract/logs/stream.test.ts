import { describe, expect, test } from "bun:test";
import { TOKEN_FLAGS, tokenOf, WRONG_TOKEN } from "../../support/api-tokens.ts";
import { testApp } from "../../support/app.ts";
import { eventsOf, type LogStream, openStream } from "../../support/log-stream.ts";
import { HOSTILE_NAMES, LOGGED, plantTraps, withLogs } from "../../support/logs.ts";
import { until } from "../../support/until.ts";

const STREAM = "/api/v1/exec/logs/stream";

const text = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `line ${from + at}\n`).join("");

const pathsOf = ({ lines }: LogStream) => lines.map((line) => JSON.parse(line).path);

describe("logs.stream", () => {
  test("with follow=false it is the whole file, one event for each line, and ends", async () => {
    await using app = await withLogs({ "default-1.log": { text: `${text(0, 150)}without end` } });
    const response = await app.fetch(`${STREAM}?file=default-1.log&follow=false`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const body = await response.text();
    expect(body.startsWith('data: {"line":"line 0"}\n\ndata: {"line":"line 1"}\n\n')).toBe(true);
    expect(body.endsWith('data: {"line":"line 149"}\n\ndata: {"line":"without end"}\n\n')).toBe(true);
    expect(eventsOf(body)).toHaveLength(151);
  });

  test("a file that is not there is 404, whether or not it is to be followed", async () => {
    await using app = await withLogs({});
    for (const follow of ["true", "false"]) {
      const { status, body } = await app.call("GET", `${STREAM}?file=none.log&follow=${follow}`);
      expect([status, body.error]).toEqual([404, "Log file not found"]);
    }
  });

  test("it follows: first what is there, then each new line", async () => {
    await using app = await testApp({ files: LOGGED });
    await app.fetch("/logged?n=1");
    await using stream = await openStream(app, "file=default-1.log");
    await until(
      () => pathsOf(stream),
      (paths) => paths.length === 1,
    );
    await app.fetch("/logged?n=2");
    await until(
      () => pathsOf(stream),
      (paths) => paths.length === 2,
    );
    expect(pathsOf(stream)).toEqual(["/logged?n=1", "/logged?n=2"]);
  });

  test("of a long file it sends the last 100 lines, or as many as are asked for", async () => {
    await using app = await withLogs({ "default-1.log": { text: text(0, 150) } });
    await using usual = await openStream(app, "file=default-1.log&follow=true");
    await until(
      () => usual.lines,
      (lines) => lines.length === 100,
    );
    expect(usual.lines[0]).toBe("line 50");
    await using none = await openStream(app, "file=default-1.log&lines=0");
    await until(
      () => none.text,
      (sent) => sent !== "",
    );
    expect(none.text).toBe(": ping\n\n");
  });

  test("who comes back with the id of an event goes on after it", async () => {
    await using app = await withLogs({ "default-1.log": { text: text(0, 20) } });
    const whole = await (await app.fetch(`${STREAM}?file=default-1.log&follow=false&ids=true`)).text();
    const { id } = eventsOf(whole)[11] ?? {};
    expect(id).toMatch(/^\d+-\d+$/);
    await using stream = await openStream(app, "file=default-1.log", { "last-event-id": id ?? "" });
    await until(
      () => stream.lines,
      (lines) => lines.length === 8,
    );
    expect(stream.lines[0]).toBe("line 12");
    expect(eventsOf(stream.text)[0]?.id).toMatch(/^\d+-\d+$/);
  });

  test.each(["1-5", "999999999999-0"])("an id that leads nowhere (%s) is told as a gap", async (id) => {
    await using app = await withLogs({ "default-1.log": { text: text(0, 3) } });
    await using stream = await openStream(app, "file=default-1.log", { "last-event-id": id });
    await until(
      () => stream.lines,
      (lines) => lines.length === 3,
    );
    expect(eventsOf(stream.text)[0]).toMatchObject({ event: "gap" });
  });

  test("a client that goes away leaves nothing open", async () => {
    await using app = await withLogs({ "default-1.log": { text: text(0, 3) } });
    const streams = await Promise.all(Array.from({ length: 5 }, () => openStream(app, "file=default-1.log")));
    for (const stream of streams)
      await until(
        () => stream.lines,
        (lines) => lines.length === 3,
      );
    expect(app.services.logFollowers).toMatchObject({ size: 5, openFiles: 1 });
    for (const stream of streams) await stream[Symbol.asyncDispose]();
    await until(
      () => app.services.logFollowers,
      ({ size, openFiles }) => size === 0 && openFiles === 0,
    );
  });

  test("a token may stand in its query, since browsers cannot send it otherwise; nowhere else", async () => {
    await using app = await withLogs({ "default-1.log": { text: text(0, 1) } }, { flags: TOKEN_FLAGS });
    const query = `file=default-1.log&follow=false&token=${tokenOf("read")}`;
    expect((await app.fetch(`${STREAM}?${query}`)).status).toBe(200);
    expect((await app.fetch(`${STREAM}?file=default-1.log&token=${WRONG_TOKEN}`)).status).toBe(401);
    expect((await app.fetch(`/api/v1/exec/logs/list?token=${tokenOf("read")}`)).status).toBe(401);
  });

  test("HEAD opens nothing", async () => {
    await using app = await withLogs({ "default-1.log": { text: text(0, 3) } });
    expect((await app.fetch(`${STREAM}?file=default-1.log`, { method: "HEAD" })).status).toBe(200);
    expect(app.services.logFollowers.size).toBe(0);
  });

  test("beyond --log-followers-max there is no room", async () => {
    await using app = await withLogs(
      { "default-1.log": { text: text(0, 1) } },
      { flags: ["--log-followers-max", "1"] },
    );
    await using first = await openStream(app, "file=default-1.log");
    await until(
      () => first.lines,
      (lines) => lines.length === 1,
    );
    const { status, headers, body } = await app.call("GET", `${STREAM}?file=default-1.log`);
    expect(status).toBe(503);
    expect(headers.get("retry-after")).toBe("5");
    expect(body).toMatchObject({ error: "Too many streams of logs are open", code: "ERROR_503" });
    expect(app.services.logFollowers.refused).toBe(1);
  });

  test.each(HOSTILE_NAMES)("%j is answered %d and leads nowhere", async (file, status) => {
    await using app = await testApp();
    await plantTraps(app);
    const answer = await app.call("GET", `${STREAM}?file=${encodeURIComponent(file)}`);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toBe(status === 400 ? "Invalid log file name" : "Log file not found");
  });

  test.each([
    ["", "file parameter is required", "file"],
    ["file=", "file parameter is required", "file"],
    ["file=a.log&follow=maybe", "Invalid query parameter", "follow"],
    ["file=a.log&lines=all", "Invalid query parameter", "lines"],
    ["file=a.log&ids=2", "Invalid query parameter", "ids"],
  ])("%j is refused", async (query, error, field) => {
    await using app = await testApp();
    const { status, body } = await app.call("GET", `${STREAM}?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error, code: "VALIDATION_ERROR", details: { field } });
  });
});

import { describe, expect, test } from "bun:test";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { toSseText } from "../../src/base/sse.ts";
import type { Followed, FollowOrder } from "../support/follow-process.ts";
import { eventsOf, openStream } from "../support/log-stream.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";

/** `LOGS_TEST=full` follows for 10 s, as the promise says; otherwise a second has to do. */
const IS_FULL = process.env["LOGS_TEST"] === "full";
const LINES = IS_FULL ? 100_000 : 10_000;
const PER_SECOND = 10_000;

const FOLLOWERS = join(import.meta.dir, "../support/follow-process.ts");

const FILES = {
  "default/1/print.ts": `// @log-level full
const lines = Number(metadata.query.lines);
const startedMs = performance.now();
for (let n = 0; n < lines; ) {
  const due = Math.min(lines, ((performance.now() - startedMs) * ${PER_SECOND}) / 1000);
  for (; n < due; n++) console.log("line %d of the log, which is as long as many others are", n);
  await new Promise((resolve) => setTimeout(resolve, 5));
}
if (metadata.query.end) console.log("THE END");
return { tookMs: performance.now() - startedMs };`,
  "default/1/one.ts": "// @log-level standard\nreturn 1",
};

/** The lines of the scripts are not wanted on standard output. */
const QUIET = ["--log-level", "error"];

/** Every line of the deployment's log, file by file, up to THE END. */
async function writtenLines(server: ServerProcess): Promise<string[]> {
  const directory = join(server.storage.path, "logs");
  const names = (await readdir(directory)).sort();
  const inOrder = [...names.filter((name) => name !== "default-1.log"), "default-1.log"];
  const texts = await Promise.all(inOrder.map((name) => readFile(join(directory, name), "utf8")));
  const lines = texts.join("").split("\n").slice(0, -1);
  const end = lines.findIndex((line) => line.includes("THE END"));
  return end < 0 ? lines : lines.slice(0, end + 1);
}

const messagesOf = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).flatMap(({ type, message }) => (type === "console" ? [message] : []));

const expectedMessages = (count: number) =>
  Array.from({ length: count }, (_, at) => `line ${at} of the log, which is as long as many others are`);

function startFollowers(order: FollowOrder) {
  const child = Bun.spawn([process.execPath, FOLLOWERS, JSON.stringify(order)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const line = async (at: number): Promise<string> => {
    for (;;) {
      const found = text.split("\n");
      if (found.length > at + 1) return found[at] ?? "";
      const { done, value } = await reader.read();
      if (done) throw new Error(`The followers ended early: ${text}`);
      text += decoder.decode(value, { stream: true });
    }
  };
  return {
    ready: () => line(0),
    followed: async () => JSON.parse(await line(1)) as Followed[],
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

const healthOf = async (server: ServerProcess) =>
  (await (await server.fetch("/api/v1/exec/health")).json()) as { memory: { rss: number }; fds: number };

describe("a log that is followed", () => {
  test(`100 followers of ${PER_SECOND} lines a second, through rotations: no line is lost or doubled`, async () => {
    await using server = await startProcess({
      files: FILES,
      flags: [...QUIET, "--log-file-max", "500kb", "--log-files-kept", "1000"],
    });
    await server.fetch("/one");
    const stream = `${server.url}/api/v1/exec/logs/stream?file=default-1.log&lines=0`;
    const fdsBefore = (await healthOf(server)).fds;
    await using fast = startFollowers({ url: stream, count: 99, pauseMs: 0 });
    await using slow = startFollowers({ url: stream, count: 1, pauseMs: 150 });
    await Promise.all([fast.ready(), slow.ready()]);
    const rssBefore = (await healthOf(server)).memory.rss;
    let rssMax = rssBefore;
    const sampler = setInterval(async () => {
      rssMax = Math.max(rssMax, (await healthOf(server)).memory.rss);
    }, 250);
    const { tookMs } = (await (await server.fetch(`/print?lines=${LINES}&end=1`)).json()) as {
      tookMs: number;
    };
    const followed = [...(await fast.followed()), ...(await slow.followed())];
    clearInterval(sampler);
    const [first, ...lines] = await writtenLines(server);
    expect(JSON.parse(first ?? "")).toMatchObject({ path: "/one" });
    expect(messagesOf(lines)).toEqual([...expectedMessages(LINES), "THE END"]);
    const sent = Buffer.from(lines.map((line) => toSseText({ data: JSON.stringify({ line }) })).join(""));
    const expected = { crc: crc32(sent), bytes: sent.length, named: 0 };
    expect(followed).toEqual(Array.from({ length: 100 }, () => expected));
    expect((await readdir(join(server.storage.path, "logs"))).length).toBeGreaterThan(2);
    if (IS_FULL)
      console.log({
        tookMs,
        rssBefore,
        rssMax,
        files: await readdir(join(server.storage.path, "logs")).then((all) => all.length),
        mb: sent.length / 1e6,
      });
    expect(rssMax - rssBefore).toBeLessThan(150 * 1024 ** 2);
    await until(
      async () => (await healthOf(server)).fds,
      (fds) => fds <= fdsBefore + 5,
    );
  }, 120_000);

  test("a client that comes back after a restart goes on where it was", async () => {
    await using server = await startProcess({
      files: FILES,
      flags: [...QUIET, "--log-file-max", "200kb", "--log-files-kept", "1000"],
    });
    await server.fetch("/one");
    const lines: string[] = [];
    let id = "";
    let streams = 0;
    let isDone = false;
    const following = (async () => {
      while (!isDone) {
        const headers = id === "" ? {} : { "last-event-id": id };
        await using stream = await openStream(server, "file=default-1.log&lines=0&ids=true", headers).catch(
          () => null,
        );
        if (stream === null) continue;
        streams++;
        await until(
          () => stream.isEnded || stream.text.includes("THE END"),
          (isOver) => isOver,
          { withinMs: 30_000 },
        );
        const events = eventsOf(stream.text);
        expect(events.filter(({ event }) => event !== undefined)).toEqual([]);
        for (const event of events) if (event.data !== undefined) lines.push(JSON.parse(event.data).line);
        id = events.at(-1)?.id ?? id;
        isDone = lines.some((line) => line.includes("THE END"));
      }
    })();
    await until(
      () => streams,
      (count) => count === 1,
    );
    const pid = await server.serverPid();
    const printing = server.fetch("/print?lines=20000");
    await Bun.sleep(100);
    const answer = await server.fetch("/api/v1/exec/system/restart", {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close" },
      body: "{}",
    });
    expect(answer.status).toBe(202);
    // The old server ends the stream and still prints.
    await until(
      () => streams,
      (count) => count > 1,
    );
    expect((await printing).status).toBe(200);
    expect(await server.serverPid()).not.toBe(pid);
    expect((await server.fetch("/print?lines=500&end=1")).status).toBe(200);
    await following;
    expect(messagesOf(lines)).toEqual([...expectedMessages(20_000), ...expectedMessages(500), "THE END"]);
  }, 60_000);

  test("when nothing happens, the stream says every 5 s that it is alive", async () => {
    await using server = await startProcess({ files: FILES, flags: QUIET });
    await server.fetch("/one");
    await using stream = await openStream(server, "file=default-1.log");
    await until(
      () => stream.text,
      (text) => text.endsWith("\n\n: ping\n\n"),
      { withinMs: 8_000 },
    );
    expect(stream.lines).toHaveLength(1);
  }, 15_000);

  test("a server that stops ends its streams at once", async () => {
    await using server = await startProcess({ files: FILES, flags: QUIET });
    await server.fetch("/one");
    await using stream = await openStream(server, "file=default-1.log");
    await until(
      () => stream.lines,
      ({ length }) => length === 1,
    );
    const startedMs = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    await until(
      () => stream.isEnded,
      (isEnded) => isEnded,
    );
  }, 15_000);
});

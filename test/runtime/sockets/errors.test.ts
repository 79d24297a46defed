import { describe, expect, test } from "bun:test";
import { listeningApp } from "../../support/listening-app.ts";
import { frame } from "../../support/raw-socket.ts";
import { tickingPage } from "../../support/ticking-page.ts";
import { until } from "../../support/until.ts";
import { open, SOCKET } from "./socket-script.ts";

describe("errors of handlers", () => {
  const failing = (rest: string) => `${SOCKET}ws.message = (socket, data) => {
  if (data === "throw") throw new Error("broken handler");
  if (data === "reject") return Promise.reject(new Error("broken promise"));
  if (data === "string") throw "only a string";
  socket.send("fine");
};
${rest}`;

  test("without ws.error they are logged with script, line and socket, and the socket stays", async () => {
    await using server = await listeningApp({ "fails.js": failing("") });
    await using socket = await open(server, "/fails");
    socket.send(frame("throw"), frame("reject"), frame("string"), frame("x"));
    expect(await socket.text()).toBe("fine");
    for (const [message, line] of [
      ["broken handler", 4],
      ["broken promise", 5],
      ["only a string", null],
    ] as const) {
      const row = await until(
        () =>
          server.logged.find(
            (each) => each.includes(`message":"${message}"`) || each.includes(`"Error: ${message}"`),
          ),
        (found) => found !== undefined,
      );
      const seen = JSON.parse(row ?? "");
      expect([seen.script, seen.line, seen.handler, /^sock_/.test(seen.socketId)]).toEqual([
        "default/1/fails.js",
        line,
        "message",
        true,
      ]);
    }
  });

  test("ws.error gets them instead", async () => {
    await using server = await listeningApp({
      "told.js": failing("ws.error = (socket, error) => socket.send('told: ' + (error.message ?? error));"),
    });
    await using socket = await open(server, "/told");
    socket.send(frame("throw"), frame("reject"), frame("string"));
    const seen = [await socket.text(), await socket.text(), await socket.text()];
    expect(seen.sort()).toEqual(["told: broken handler", "told: broken promise", "told: only a string"]);
    expect(server.logged.filter((each) => each.includes("broken"))).toEqual([]);
  });

  test("what ws.error throws is logged, once", async () => {
    await using server = await listeningApp({
      "worse.js": failing("ws.error = () => { throw new Error('worse') };"),
    });
    await using socket = await open(server, "/worse");
    socket.send(frame("throw"), frame("x"));
    expect(await socket.text()).toBe("fine");
    expect(
      server.logged.filter((each) => each.includes("worse")).map((each) => JSON.parse(each).handler),
    ).toEqual(["error"]);
  });

  test.each([
    ['ws.open = () => { throw new Error("not set up") }'],
    ['ws.open = async () => { await null; throw new Error("not set up") }'],
  ])("a socket whose open fails is closed with 1011: %s", async (source) => {
    await using server = await listeningApp({ "closed.js": `${SOCKET}${source}` });
    await using socket = await open(server, "/closed");
    expect(await socket.untilEnd()).toEqual(["close 1011 The open handler of the script failed", "end"]);
    expect(server.logged.filter((each) => each.includes("not set up")).length).toBe(1);
  });

  test("a loop that never yields ends at its limit, and the next message is served", async () => {
    using page = tickingPage();
    const source = `// @loop-limit 50ms\n${SOCKET}ws.message = (socket, data) => { if (data === "loop") for (;;) {} socket.send(data); };`;
    await using server = await listeningApp({ "loops.js": source }, [], { mark: page.mark });
    await using socket = await open(server, "/loops");
    socket.send(frame("loop"), frame("fine"));
    expect(await socket.text()).toBe("fine");
    expect(server.logged.filter((each) => each.includes("A socket handler failed")).length).toBe(1);
  });

  test("a thenable that throws is an error like any other", async () => {
    await using server = await listeningApp({
      "thenable.js": `${SOCKET}ws.message = () => ({ then() { throw new Error("then broke") } });
ws.error = (socket, error) => socket.send(error.message);`,
    });
    await using socket = await open(server, "/thenable");
    socket.send(frame("x"));
    expect(await socket.text()).toBe("then broke");
  });
});

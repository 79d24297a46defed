import { describe, expect, test } from "bun:test";
import { listeningApp } from "../../support/listening-app.ts";
import { frame, inShort, OPCODE } from "../../support/raw-socket.ts";
import { open, SOCKET } from "./socket-script.ts";

describe("messages", () => {
  test("text arrives as a string, bytes as a Buffer of the script's own realm", async () => {
    await using server = await listeningApp({
      "kinds.js": `${SOCKET}ws.message = (socket, data) => socket.send([typeof data, data instanceof Uint8Array, Buffer.isBuffer(data), data.length]);`,
    });
    await using socket = await open(server, "/kinds");
    socket.send(frame("hé"), frame(Buffer.from([1, 2, 3]), { opcode: OPCODE.binary }));
    expect(await socket.json()).toEqual(["string", false, false, 2]);
    expect(await socket.json()).toEqual(["object", true, true, 3]);
  });

  test.each([
    ['"text"', "text text"],
    ["{ a: [1] }", 'text {"a":[1]}'],
    ["[1, null]", "text [1,null]"],
    ["12.5", "text 12.5"],
    ["false", "text false"],
    ["10n", "text 10"],
    ["null", "text null"],
    ["new Date(0)", 'text "1970-01-01T00:00:00.000Z"'],
    ["new Uint8Array([1, 2]).subarray(1)", "binary 02"],
    ["new Uint16Array([258])", "binary 0201"],
    ["new ArrayBuffer(2)", "binary 0000"],
    ['Buffer.from("hi")', "binary 6869"],
    ["new DataView(new ArrayBuffer(1))", "binary 00"],
    ['""', "text"],
    ["new Map([[1, 2]])", "text {}"],
    ["undefined", "text TypeError: Cannot send a value of type undefined"],
    ["() => 1", "text TypeError: Cannot send a value of type function"],
    ['Symbol("x")', "text TypeError: Cannot send a value of type symbol"],
    ["{ toJSON() {} }", "text TypeError: Cannot send a value that JSON leaves out"],
    ['new Blob(["x"])', "text TypeError: Cannot send a Blob: send await blob.arrayBuffer()"],
  ])("send(%s) and broadcast of it: %s", async (value, seen) => {
    await using server = await listeningApp({
      "send.js": `${SOCKET}ws.open = (socket) => { for (const to of [socket.send.bind(socket), ws.broadcast]) try { to(${value}) } catch (error) { socket.send(String(error)) } };`,
    });
    await using socket = await open(server, "/send");
    expect([inShort(await socket.next()), inShort(await socket.next())]).toEqual([seen, seen]);
  });

  test("messages come in order, and nobody waits for the promise of the one before", async () => {
    await using server = await listeningApp({
      "order.js": `${SOCKET}let release;
const gate = new Promise((resolve) => { release = resolve; });
ws.message = async (socket, data) => {
  socket.send("begin " + data);
  if (data === "last") release();
  await gate;
  socket.send("end " + data);
};`,
    });
    await using socket = await open(server, "/order");
    socket.send(frame("first"), frame("last"));
    const seen = [await socket.text(), await socket.text(), await socket.text(), await socket.text()];
    expect(seen).toEqual(["begin first", "begin last", "end first", "end last"]);
  });

  test("a message that comes while open still waits is handed over", async () => {
    await using server = await listeningApp({
      "opening.js": `${SOCKET}let release;
ws.open = async (socket) => { await new Promise((resolve) => { release = resolve; }); socket.send("opened"); };
ws.message = (socket, data) => { socket.send("got " + data); release(); };`,
    });
    await using socket = await open(server, "/opening");
    socket.send(frame("x"));
    expect([await socket.text(), await socket.text()]).toEqual(["got x", "opened"]);
  });

  test("pings of either side", async () => {
    await using server = await listeningApp({
      "ping.js": `${SOCKET}ws.open = (socket) => socket.ping("are you there");
ws.pong = (socket, data) => socket.send("pong " + data);
ws.ping = (socket, data) => socket.send("ping " + data);
ws.message = (socket) => { try { socket.ping("x".repeat(126)) } catch (error) { socket.send(String(error)) } };`,
    });
    await using socket = await open(server, "/ping");
    const asked = await socket.next();
    expect(inShort(asked)).toBe(`ping ${Buffer.from("are you there").toString("hex")}`);
    socket.send(frame(asked?.payload, { opcode: OPCODE.pong }), frame("you", { opcode: OPCODE.ping }));
    const seen = [inShort(await socket.next()), inShort(await socket.next()), inShort(await socket.next())];
    expect(seen.sort()).toEqual([
      `pong ${Buffer.from("you").toString("hex")}`,
      "text ping you",
      "text pong are you there",
    ]);
    socket.send(frame("x"));
    expect(await socket.text()).toBe("RangeError: Cannot ping with 126 bytes: a control frame holds 125");
  });
});

import { expect, test } from "bun:test";
import { listeningApp } from "../support/listening-app.ts";
import { sendRaw } from "../support/raw-http.ts";

const SOCKET = "// @mode worker\n// @websocket\nws.open = (socket) => socket.send('in');";

/** A started answer of `pre` refuses the handshake, whether or not `pre` returns it (script-runtime.md §11). */
test.each([
  ['res.status(401).json({ error: "who are you" });', 401],
  ['res.send("not now");', 403],
  ["res.end();", 403],
])("pre that only does %s refuses the handshake with %d", async (pre, status) => {
  await using server = await listeningApp({ "pre.js": pre, "chat.js": SOCKET });
  const answer = await sendRaw(
    server.url,
    "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    (received) => received.includes("\r\n\r\n"),
  );
  expect(answer).toStartWith(`HTTP/1.1 ${status} `);
});

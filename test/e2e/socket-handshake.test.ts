import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { frame, type HandshakeOptions, RawSocket } from "../support/raw-socket.ts";

/** Handshakes as clients may send them (RFC 6455 §4), and what guards a socket before it is one. */
interface Row {
  readonly path?: string;
  readonly handshake?: HandshakeOptions;
  readonly status: number;
  /** Texts that the answer holds, its head included. */
  readonly holds?: readonly string[];
  readonly never?: readonly string[];
}

const SOCKET = "// @mode worker\n// @websocket\n";
const ECHO = `${SOCKET}ws.message = (socket, data) => socket.send(data);`;

const FILES = {
  "default/1/echo.js": ECHO,
  "default/1/unhurried.js": `${ECHO}\nawait new Promise((resolve) => setTimeout(resolve, 50));`,
  "default/1/tokens.js": `// @token s3cret\n${ECHO}`,
  "default/1/open-origin.js": `// @cors *\n${ECHO}`,
  "default/1/one-origin.js": `// @cors https://app.example.com\n${ECHO}`,
  "default/1/disabled.js": `// @enabled false\n${ECHO}`,
  "default/1/broken.js": `${SOCKET}const = ;`,
  "default/1/throws.js": `${SOCKET}\nthrow new Error("no set-up today");`,
  "default/1/hangs.js": `// @timeout 200ms\n${SOCKET}await new Promise(() => {});`,
  "default/1/chosen.js": `${SOCKET}ws.protocols = ["chat.v1", "chat.v2"]; ws.open = (socket) => socket.send(socket.protocol);`,
  "default/1/any.js": `${SOCKET}ws.open = (socket) => socket.send(socket.protocol);`,
  "default/1/serverless.js": "// @websocket\nreturn 1;",
  "default/1/undeclared.js": "// @mode worker\nreturn 1;",
  "default/1/hello.js": "return 1;",
  "default/1/hello-async.js": "await null; return 1;",
  "default/1/hello-token.js": "// @token s3cret\nreturn 1;",
  "default/1/hello-cors.js": "// @cors *\nreturn 1;",
  "default/1/pre/pre.js": `switch (metadata.query.say) {
  case "value": return { error: "not you" };
  case "status": return res.status(401).json({ error: "who are you" });
  case "ok": return res.json({ fine: true });
  case "redirect": return res.redirect("/login");
  case "throw": throw new Error("pre broke");
  case "response": return new Response("teapot", { status: 418 });
  case "cookie": res.cookie("session", "abc"); res.set("Content-Length", "7"); res.set("X-Room", "1"); return null;
  default: req.user = "Ada";
}`,
  "default/1/pre/greets.js": `${SOCKET}ws.open = (socket, req) => socket.send({ user: req.user ?? null, method: req.method });`,
  "default/1/pre/skips.js": `// @websocket-pre false\n${SOCKET}ws.open = (socket, req) => socket.send({ user: req.user ?? null });`,
};

const rows: Readonly<Record<string, Row>> = {
  "a good one": {
    status: 101,
    holds: [
      "Upgrade: websocket",
      "Connection: Upgrade",
      // The key and its answer are the example of RFC 6455 §1.3.
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ],
    never: ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"],
  },
  "names and tokens in other cases": {
    handshake: { headers: { Upgrade: "WebSocket", Connection: "keep-alive, upgrade" } },
    status: 101,
  },
  "an extension that is not spoken is not agreed to": {
    handshake: { headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" } },
    status: 101,
    never: ["permessage-deflate"],
  },
  "version 8": {
    handshake: { headers: { "Sec-WebSocket-Version": "8" } },
    status: 426,
    holds: ["sec-websocket-version: 13", '"code":"ERROR_426"'],
  },
  "no version": { handshake: { headers: { "Sec-WebSocket-Version": null } }, status: 426 },
  "a version that is no number": {
    handshake: { headers: { "Sec-WebSocket-Version": "13, 8" } },
    status: 426,
  },
  "no key": {
    handshake: { headers: { "Sec-WebSocket-Key": null } },
    status: 400,
    holds: ["Sec-WebSocket-Key must be 16 bytes in base64", '"code":"VALIDATION_ERROR"'],
  },
  "an empty key": { handshake: { headers: { "Sec-WebSocket-Key": "" } }, status: 400 },
  "a key of 15 bytes": {
    handshake: { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" } },
    status: 400,
  },
  "a key of 17 bytes": {
    handshake: { headers: { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZTE=" } },
    status: 400,
  },
  "a key that is no base64": {
    handshake: { headers: { "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" } },
    status: 400,
  },
  "no Connection": { handshake: { headers: { Connection: null } }, status: 400 },
  "Connection: keep-alive": { handshake: { headers: { Connection: "keep-alive" } }, status: 400 },
  POST: {
    handshake: { method: "POST", headers: { "Content-Length": "0" } },
    status: 400,
    holds: ["must be GET"],
  },
  HEAD: { handshake: { method: "HEAD" }, status: 400 },
  "no Upgrade is a plain request": { handshake: { headers: { Upgrade: null } }, status: 204 },
  "another protocol is a plain request": { handshake: { headers: { Upgrade: "h2c" } }, status: 204 },
  "no such script": { path: "/nothing", status: 404 },
  "the control API has no sockets": { path: "/api/v1/exec/health", status: 200 },
  "@enabled false": { path: "/disabled", status: 404 },
  "a script that does not compile": { path: "/broken", status: 500 },
  "a set-up that throws says where": {
    path: "/throws",
    status: 500,
    holds: ["no set-up today", "default/1/throws.js:4"],
  },
  "a set-up that takes longer than @timeout": { path: "/hangs", status: 504, holds: ['"timeoutMs":200'] },

  "no token": { path: "/tokens", status: 401, holds: ['Bearer realm="hoody-exec"'] },
  "a wrong token": { path: "/tokens?token=guess", status: 401 },
  "the token in the query": { path: "/tokens?token=s3cret", status: 101 },
  "the token as a bearer": {
    path: "/tokens",
    handshake: { headers: { Authorization: "Bearer s3cret" } },
    status: 101,
  },
  "a script without sockets keeps its token": { path: "/hello-token", status: 401 },

  "the origin of the same host": { handshake: { headers: { Origin: "http://127.0.0.1" } }, status: 101 },
  "the same host with another port and scheme": {
    handshake: { headers: { Origin: "https://127.0.0.1:5173" } },
    status: 101,
  },
  "a foreign origin": {
    handshake: { headers: { Origin: "https://evil.example" } },
    status: 403,
    holds: ["https://evil.example", "@cors"],
  },
  "an opaque origin": { handshake: { headers: { Origin: "null" } }, status: 403 },
  "a host that only begins alike": {
    handshake: { headers: { Origin: "http://127.0.0.1.evil.example" } },
    status: 403,
  },
  "a foreign origin with @cors *": {
    path: "/open-origin",
    handshake: { headers: { Origin: "https://evil.example" } },
    status: 101,
  },
  "the origin that @cors names": {
    path: "/one-origin",
    handshake: { headers: { Origin: "https://app.example.com" } },
    status: 101,
  },
  "another origin than @cors names": {
    path: "/one-origin",
    handshake: { headers: { Origin: "https://app.example.org" } },
    status: 403,
  },

  "pre that returns a value": { path: "/pre/greets?say=value", status: 403, holds: ['{"error":"not you"}'] },
  "pre that answers with a status": { path: "/pre/greets?say=status", status: 401, holds: ["who are you"] },
  "pre that answers without a status": { path: "/pre/greets?say=ok", status: 403, holds: ['{"fine":true}'] },
  "pre that redirects": { path: "/pre/greets?say=redirect", status: 302, holds: ["/login"] },
  "pre that returns a Response": { path: "/pre/greets?say=response", status: 418, holds: ["teapot"] },
  "pre that throws": { path: "/pre/greets?say=throw", status: 500, holds: ["pre broke"] },
  "@websocket-pre false": { path: "/pre/skips?say=value", status: 101 },
  "cookies and headers of pre are sent with the handshake": {
    path: "/pre/greets?say=cookie",
    status: 101,
    holds: ["session=abc", "x-room: 1"],
    never: ["ontent-length"],
  },
};

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({ files: FILES });
});
afterAll(() => server[Symbol.asyncDispose]());

describe("handshake", () => {
  test.each(Object.entries(rows))("%s", async (_, { path = "/echo", handshake, status, holds, never }) => {
    await using socket = await RawSocket.open(server.url, path, handshake);
    // The answer is shown where it is another one than expected.
    const shown = socket.status === status ? "" : socket.answer;
    expect({ status: socket.status, shown }).toEqual({ status, shown: "" });
    const lower = socket.answer.toLowerCase();
    for (const each of holds ?? []) expect(lower).toContain(each.toLowerCase());
    for (const each of never ?? []) expect(lower).not.toContain(each.toLowerCase());
  });

  test("HTTP/1.0 is upgraded too: the runtime does not look at the version, and the client asked for it", async () => {
    await using socket = await RawSocket.open(server.url, "/echo", { version: "1.0" });
    socket.send(frame("x"));
    expect([socket.status, await socket.text()]).toEqual([101, "x"]);
  });

  // RFC 6455 §4.1 lets a client send only once it has the answer.
  test("a frame sent along with the handshake is delivered where the script has been set up", async () => {
    await using first = await RawSocket.open(server.url, "/echo");
    await using early = await RawSocket.open(server.url, "/echo", { early: frame("x") });
    expect([first.status, early.status, await early.text()]).toEqual([101, 101, "x"]);
  });

  test("a frame sent along while the script is being set up ends its own connection and nothing else", async () => {
    await using early = await RawSocket.open(server.url, "/unhurried", { early: frame("x") });
    expect([early.status, await early.untilEnd()]).toEqual([400, ["end"]]);
    await using socket = await RawSocket.open(server.url, "/unhurried");
    socket.send(frame("x"));
    expect(await socket.text()).toBe("x");
  });
  test("what pre leaves on req is there in open", async () => {
    await using socket = await RawSocket.open(server.url, "/pre/greets");
    expect(JSON.parse(await socket.text())).toEqual({ user: "Ada", method: "GET" });
    await using skipping = await RawSocket.open(server.url, "/pre/skips");
    expect(JSON.parse(await skipping.text())).toEqual({ user: null });
  });
});

describe("subprotocols", () => {
  test.each([
    ["/any", "chat.v9, chat.v1", "chat.v9"],
    ["/any", null, ""],
    ["/chosen", "chat.v9, chat.v2, chat.v1", "chat.v2"],
    ["/chosen", "chat.v9", ""],
    ["/chosen", null, ""],
  ])("%s, offered %p: %p", async (path, offered, chosen) => {
    await using socket = await RawSocket.open(server.url, path, {
      headers: { "Sec-WebSocket-Protocol": offered },
    });
    expect(await socket.text()).toBe(chosen);
    const agreed = /sec-websocket-protocol: (.*)/i.exec(socket.answer)?.[1] ?? "";
    expect(agreed.trim()).toBe(chosen);
  });
});

describe("a script that takes no sockets", () => {
  test.each(["/serverless", "/undeclared", "/hello", "/hello-async", "/hello-cors"])(
    "%s: the socket is closed with 4400, and says what is missing",
    async (path) => {
      // The first request loads the script, the second takes the short way of a loaded one.
      for (const _ of ["cold", "warm"]) {
        await using socket = await RawSocket.open(server.url, path);
        expect(socket.status).toBe(101);
        expect(await socket.untilEnd()).toEqual([
          "close 4400 The script takes no WebSockets: it needs // @mode worker and // @websocket",
          "end",
        ]);
      }
      expect((await server.fetch(path)).status).toBe(200);
    },
  );
});

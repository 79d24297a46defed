import { describe, expect, test } from "bun:test";
import { parseDirectives } from "../../../../src/directives/parse.ts";
import {
  chooseProtocol,
  isUpgrade,
  requireOrigin,
  toUpgradeHeaders,
} from "../../../../src/engine/sockets/handshake.ts";

const request = (headers: Record<string, string>) => new Request("http://localhost/x", { headers });

test.each([
  ["websocket", true],
  ["WebSocket", true],
  ["h2c, websocket", true],
  ["websocket2", false],
  ["", false],
])("Upgrade: %p", (upgrade, seen) => {
  expect(isUpgrade(request({ upgrade }))).toBe(seen);
});

describe("requireOrigin", () => {
  const isAllowed = (origin: string, hostname: string, cors = "") => {
    const { effective } = parseDirectives(cors === "" ? "" : `// @cors ${cors}\n`);
    try {
      requireOrigin(request({ origin }), effective, hostname);
      return true;
    } catch {
      return false;
    }
  };

  test.each([
    ["http://localhost:3000", "localhost", "", true],
    ["https://LOCALHOST", "localhost", "", true],
    ["http://[::1]:8081", "::1", "", true],
    ["http://[::1]:8081", "[::1]", "", true],
    ["http://localhost.evil.example", "localhost", "", false],
    ["http://evil.example/localhost", "localhost", "", false],
    ["null", "localhost", "", false],
    ["no url", "localhost", "", false],
    ["", "localhost", "", false],
    ["https://a.example", "b.example", "https://a.example", true],
    ["https://a.example:8443", "b.example", "https://a.example", false],
    ["null", "localhost", "*", true],
    ["https://a.example", "localhost", "reflective", true],
  ])("%s at %s with @cors %p: %p", (origin, hostname, cors, seen) => {
    expect(isAllowed(origin, hostname, cors)).toBe(seen);
  });
});

test.each([
  ["a, b", undefined, "a"],
  ["a, b", ["b", "a"], "a"],
  ["a, b", ["b"], "b"],
  ["a, b", "b", "b"],
  ["a, b", [], ""],
  ["", ["a"], ""],
  [" , ", undefined, ""],
])("of %p a script that speaks %p takes %p", (offered, spoken, seen) => {
  expect(chooseProtocol(request({ "sec-websocket-protocol": offered }), spoken)).toBe(seen);
});

test("headers of pre go along with the handshake, but for those of a body and of the connection", () => {
  const set = new Headers({
    "x-room": "1",
    "content-type": "text/html",
    connection: "close",
    upgrade: "h2c",
  });
  set.append("set-cookie", "a=1");
  set.append("set-cookie", "b=2");
  const headers = toUpgradeHeaders(set, "chat");
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect([...headers.keys()].filter((name) => name !== "set-cookie").sort()).toEqual([
    "sec-websocket-protocol",
    "x-room",
  ]);
});

import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** What a peer says of its own client is believed with `--trust-proxy` only (script-runtime.md §2, running.md §2). */
const HEADERS = {
  "x-forwarded-for": "203.0.113.9, 10.0.0.1",
  "x-forwarded-host": "APP.P1-C1-exec-2.node.example:443",
};
const FILES = {
  "default/1/a.ts": "return [req.ip, metadata.clientIp, metadata.subdomain, metadata.execId]",
  "app/2/a.ts": "return [req.ip, metadata.clientIp, metadata.subdomain, metadata.execId]",
};

describe("forwarded headers", () => {
  test("are ignored without --trust-proxy", async () => {
    await using app = await scriptApp(FILES);
    expect((await app.ask("/a", { headers: HEADERS })).json).toEqual([
      "127.0.0.1",
      "127.0.0.1",
      "default",
      "1",
    ]);
  });

  test("name the first client and the deployment with it, in any letter case and with a port", async () => {
    await using app = await scriptApp(FILES, ["--trust-proxy"]);
    expect((await app.ask("/a", { headers: HEADERS })).json).toEqual([
      "203.0.113.9",
      "203.0.113.9",
      "app",
      "2",
    ]);
  });
});

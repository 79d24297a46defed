import { describe, expect, test } from "bun:test";
import { refuseForeignPages, requireJsonMediaType } from "../../../src/access/browser-guard.ts";

const guard =
  (headers: Record<string, string>, host = "localhost:8081", allowed = ["*.hoody.icu", "exec.example"]) =>
  () =>
    refuseForeignPages({ headers: new Headers(headers), host, publicHost: host, isDocsPage: false }, allowed);

describe("host names", () => {
  test.each([
    "localhost",
    "LOCALHOST:1",
    "localhost.:8081",
    "app.localhost",
    "127.0.0.1:8081",
    "10.0.0.5",
    "[::1]:8081",
    "[2001:db8::1]",
    "exec.example",
    "a-b-exec-1.node.hoody.icu",
  ])("%s is ours", (host) => {
    expect(guard({}, host)).not.toThrow();
  });

  test.each([
    "",
    "evil.com",
    "localhost.evil.com",
    "127.0.0.1.evil.com",
    "hoody.icu",
    "evilhoody.icu",
    ".hoody.icu",
    "sub.exec.example",
    "u@localhost",
    "localhost/../evil",
    "localhost:8081:9",
    "a".repeat(10_000),
  ])("%j is refused", (host) => {
    expect(guard({}, host)).toThrow("Host is not in --allowed-hosts");
  });

  test("the refusal quotes no endless host", () => {
    try {
      guard({}, "a".repeat(10_000))();
    } catch (error) {
      expect(JSON.stringify((error as { details: unknown }).details).length).toBeLessThan(300);
    }
    expect.assertions(1);
  });
});

describe("pages of others", () => {
  test("a call without browser headers passes", () => {
    expect(guard({})).not.toThrow();
  });

  test.each(["http://localhost:8081", "https://LOCALHOST:8081"])("our own origin %s passes", (origin) => {
    expect(guard({ origin, "sec-fetch-site": "same-origin" })).not.toThrow();
  });

  test.each([
    "http://evil.com",
    "null",
    "http://localhost:3000",
    "http://localhost",
    "",
    "file://",
    "localhost:8081",
  ])("origin %j is refused", (origin) => {
    expect(guard({ origin })).toThrow("Origin is not this server");
  });

  test("a cross-site request without Origin is refused", () => {
    expect(guard({ "sec-fetch-site": "cross-site" })).toThrow("another site");
  });

  test.each(["same-origin", "same-site", "none"])("Sec-Fetch-Site %s passes", (site) => {
    expect(guard({ "sec-fetch-site": site })).not.toThrow();
  });
});

describe("media type of a body", () => {
  test.each(["application/json", "Application/JSON; charset=utf-8"])("%s passes", (type) => {
    expect(() => requireJsonMediaType(new Headers({ "content-type": type }))).not.toThrow();
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "",
  ])("%j is refused", (type) => {
    expect(() => requireJsonMediaType(new Headers({ "content-type": type }))).toThrow(
      "must be application/json",
    );
  });

  test("no media type at all is refused", () => {
    expect(() => requireJsonMediaType(new Headers())).toThrow("must be application/json");
  });
});

import { describe, expect, test } from "bun:test";
import { bearer, tokenOf, WRONG_TOKEN } from "../../support/api-tokens.ts";
import { testApp } from "../../support/app.ts";

const DOCS = "/api/v1/exec/docs";

/** What a browser sends when somebody follows a link on another site. */
const LINK = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

describe("docs.page", () => {
  test("is a page with a policy that lets two scripts run and nothing leave the server", async () => {
    await using app = await testApp();
    const response = await app.fetch(DOCS);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const policy = response.headers.get("content-security-policy") ?? "";
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "missing";
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src 'nonce-${nonce}'`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    const page = await response.text();
    const scripts = [...page.matchAll(/<script [^>]*>/g)].map(([tag]) => tag);
    expect(scripts).toHaveLength(2);
    for (const tag of scripts) expect(tag).toStartWith(`<script nonce="${nonce}" src="docs/`);
    expect(page).not.toMatch(/https?:\/\//);
  });

  test("has another nonce each time", async () => {
    await using app = await testApp();
    const policies = await Promise.all(
      [1, 2, 3].map(async () => (await app.fetch(DOCS)).headers.get("content-security-policy")),
    );
    expect(new Set(policies).size).toBe(3);
  });

  test("all that it loads is there", async () => {
    await using app = await testApp();
    const page = await (await app.fetch(DOCS)).text();
    const files = [...page.matchAll(/(?:src|href)="(docs\/[^"]+)"/g)].map(([, file]) => file);
    expect(files).toHaveLength(3);
    for (const file of files) expect((await app.fetch(`/api/v1/exec/${file}`)).status).toBe(200);
  });

  describe("pages of others", () => {
    test("may lead to it", async () => {
      await using app = await testApp();
      expect((await app.fetch(DOCS, { headers: LINK })).status).toBe(200);
    });

    test.each([
      ["frame it", DOCS, { ...LINK, "sec-fetch-dest": "iframe" }],
      ["fetch it", DOCS, { ...LINK, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty" }],
      ["fetch it with their Origin", DOCS, { ...LINK, origin: "https://evil.example" }],
      [
        "load its script",
        `${DOCS}/scalar.js`,
        { ...LINK, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" },
      ],
      ["lead to anything else", "/api/v1/exec/list", LINK],
      ["lead to a name that is not ours", DOCS, { ...LINK, host: "evil.example" }],
    ])("may not %s", async (_what, path, headers: Record<string, string>) => {
      await using app = await testApp();
      expect((await app.fetch(path, { headers })).status).toBe(403);
    });

    test("may not post to it", async () => {
      await using app = await testApp();
      expect((await app.fetch(DOCS, { method: "POST", headers: LINK })).status).toBe(403);
    });
  });

  test("is for everybody; a wrong token is refused all the same", async () => {
    await using app = await testApp({ flags: [`--api-token=${tokenOf("admin")}`] });
    expect((await app.fetch(DOCS)).status).toBe(200);
    expect((await app.fetch(DOCS, { headers: bearer(WRONG_TOKEN) })).status).toBe(401);
    expect((await app.fetch("/api/v1/exec/user-openapi/spec")).status).toBe(401);
  });
});

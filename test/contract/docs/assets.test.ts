import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";

const DOCS = "/api/v1/exec/docs";

describe("docs assets", () => {
  test.each([
    ["viewer.js", "text/javascript; charset=utf-8", "createApiReference"],
    ["viewer.css", "text/css; charset=utf-8", "#authorization"],
  ])("%s is what lies in the program", async (name, type, text) => {
    await using app = await testApp();
    const response = await app.fetch(`${DOCS}/${name}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).toContain(text);
  });

  test("scalar.js comes out of its package, compressed for who takes that", async () => {
    await using app = await testApp();
    const plain = await app.fetch(`${DOCS}/scalar.js`, { headers: { "accept-encoding": "gzip;q=0, br" } });
    expect(plain.status).toBe(200);
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(plain.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(plain.headers.get("cache-control")).toContain("immutable");
    expect(plain.headers.get("vary")).toBe("accept-encoding");
    const source = await plain.text();
    expect(source).toContain("createApiReference");

    const packed = await app.fetch(`${DOCS}/scalar.js`, { headers: { "accept-encoding": "br, gzip" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    const bytes = await packed.bytes();
    expect(bytes.length).toBeLessThan(source.length / 2);
    expect(new TextDecoder().decode(Bun.gunzipSync(Buffer.from(bytes))) === source).toBe(true);
  });

  test("callers at once wait for one thread", async () => {
    await using app = await testApp();
    const sizes = await Promise.all(
      Array.from({ length: 5 }, async () => (await (await app.fetch(`${DOCS}/scalar.js`)).bytes()).length),
    );
    expect(new Set(sizes).size).toBe(1);
    expect(await app.services.viewer.gzipped()).toBe(await app.services.viewer.gzipped());
  });

  test("other names are no files", async () => {
    await using app = await testApp();
    for (const name of ["", "none.js", "..%2fpage.ts", "page.ts"]) {
      expect((await app.fetch(`${DOCS}/${name}`)).status).toBe(404);
    }
  });
});

import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

const FLAGS = ["--script-size-max", "1kb"];
/** Text of so many bytes that runs. */
const ofBytes = (bytes: number, code: string) => code.padEnd(bytes, "/");
const TOO_LARGE =
  "Script of 1025 bytes is over the limit of 1024: keep data in JSON files, or raise --script-size-max";

describe("a script over --script-size-max", () => {
  test("answers like one that does not compile, and says why", async () => {
    await using app = await scriptApp(
      {
        "default/1/fits.js": ofBytes(1024, "return 1 //"),
        "default/1/large.js": ofBytes(1025, "return 1 //"),
        "default/1/umlauts.js": `return 1 //${"ü".repeat(507)}`,
      },
      FLAGS,
    );
    expect((await app.ask("/fits")).text).toBe("1");
    const { status, json } = await app.ask("/large", { headers: { accept: "application/json" } });
    expect(status).toBe(500);
    expect(json).toMatchObject({ error: TOO_LARGE, details: { script: "default/1/large.js", line: 1 } });
    expect(json.details.excerpt.length).toBeLessThan(300);
    expect((await app.ask("/umlauts")).status).toBe(500);
    // The second call finds it known as broken.
    await app.ask("/large");
    expect(app.services.limits().refused.scriptSizeMax).toBe(2);
    await app.save({ "default/1/large.js": "return 2" });
    expect((await app.ask("/large")).text).toBe("2");
  });

  test("is not imported either, while JSON of any size is", async () => {
    await using app = await scriptApp(
      {
        "default/1/a.js": "import { n } from './_lib/large.js'; return n;",
        "default/1/b.js": "import data from './_lib/large.json'; return data.length;",
        "default/1/_lib/large.js": ofBytes(1025, "export const n = 1; //"),
        "default/1/_lib/large.json": JSON.stringify(Array.from({ length: 1_000 }, () => "entry")),
      },
      FLAGS,
    );
    const { status, json } = await app.ask("/a", { headers: { accept: "application/json" } });
    expect({ status, error: json.error }).toEqual({ status: 500, error: TOO_LARGE });
    expect(json.details.script).toBe("default/1/_lib/large.js");
    expect((await app.ask("/b")).text).toBe("1000");
  });

  test("is refused by every operation that compiles, and nothing is written", async () => {
    await using app = await scriptApp({ "default/1/a.js": "return 1" }, FLAGS);
    const code = ofBytes(1025, "return 1 //");
    const at = "at line 1, column 1";
    const written = await app.call("POST", "/api/v1/exec/scripts/write", { path: "a.js", content: code });
    expect(written.status).toBe(400);
    expect(written.body.details.validation.errors).toEqual([
      { check: "syntax", message: TOO_LARGE, line: 1, column: 1, excerpt: expect.any(String) },
    ]);
    expect((await app.ask("/a")).text).toBe("1");
    const script = await app.call("POST", "/api/v1/exec/validate/script", { code });
    expect(script.status).toBe(200);
    expect(script.body).toMatchObject({
      valid: false,
      results: { syntax: { valid: false, error: `${TOO_LARGE} ${at}` }, typescript: null },
    });
    for (const path of [
      "validate/syntax",
      "validate/typescript",
      "validate/dependencies",
      "dependencies/check",
    ]) {
      const { status, body } = await app.call("POST", `/api/v1/exec/${path}`, { code });
      expect({ path, status, says: JSON.stringify(body).includes(TOO_LARGE) }).toEqual({
        path,
        status: 400,
        says: true,
      });
    }
    expect(app.services.limits().refused.scriptSizeMax).toBe(6);
    const data = { path: "data.json", content: JSON.stringify("x".repeat(2_000)) };
    expect((await app.call("POST", "/api/v1/exec/scripts/write", data)).status).toBe(200);
  });
});

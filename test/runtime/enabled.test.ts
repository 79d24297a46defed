import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

describe("@enabled false", () => {
  test.each(["GET", "POST"])(
    "answers %s with the text Not Found, and the script does not run",
    async (method) => {
      await using app = await scriptApp({
        "default/1/a.ts": "// @enabled false\nshared.ran = true",
        "default/1/ran.ts": "return shared",
      });
      const { status, type, text } = await app.ask("/a", { method, headers: { accept: "application/json" } });
      expect([status, type, text]).toEqual([404, "text/plain; charset=utf-8", "Not Found"]);
      expect((await app.ask("/ran")).json).toEqual({});
    },
  );

  test("does not tell that there is a token, a body limit or CORS", async () => {
    await using app = await scriptApp(
      { "default/1/a.ts": "// @enabled false\n// @token t\n// @cors *\nreturn 1" },
      ["--body-max", "1b"],
    );
    const { status, headers } = await app.ask("/a", {
      method: "POST",
      body: "long",
      headers: { origin: "https://x.y" },
    });
    expect(status).toBe(404);
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test("holds for a script that does not compile", async () => {
    await using app = await scriptApp({ "default/1/a.ts": "// @enabled false\nconst hidden = ;" });
    const { status, text } = await app.ask("/a");
    expect([status, text]).toEqual([404, "Not Found"]);
  });

  test("holds for a script whose modules are missing", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": '// @enabled false\nimport x from "./gone.ts";\nreturn x',
    });
    expect((await app.ask("/a")).status).toBe(404);
  });

  test("hides the document beside the script", async () => {
    await using app = await scriptApp({
      "default/1/a.ts": "// @enabled false",
      "default/1/a.md": "# secret",
    });
    const { status, text } = await app.ask("/a.md");
    expect(status).toBe(404);
    expect(text).not.toContain("secret");
  });

  test("switches from one request to the next", async () => {
    await using app = await scriptApp({ "default/1/a.ts": 'return "on"' });
    await app.write("a.ts", '// @enabled false\nreturn "on"');
    expect((await app.ask("/a")).status).toBe(404);
    await app.write("a.ts", '// @enabled true\nreturn "on"');
    expect((await app.ask("/a")).text).toBe("on");
  });
});

import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/app.ts";
import { ORDINARY_SCRIPTS } from "./rows/ordinary-scripts.ts";

describe("a script answers, first and again, what it would answer in a context of its own", () => {
  for (const source of ORDINARY_SCRIPTS) {
    test(source, async () => {
      const strict = source.startsWith("'use strict'") ? "'use strict';" : "";
      await using app = await testApp({
        files: { "default/1/a.js": source, "default/1/fresh.js": `${strict}void Function;${source}` },
      });
      const ask = async (path: string) => {
        const response = await app.fetch(path, { headers: { accept: "application/json" } });
        return `${response.status} ${await response.text()}`;
      };
      const inFreshContext = await ask("/fresh");
      expect(inFreshContext).toStartWith("20");
      expect(await ask("/a")).toBe(inFreshContext);
      expect(await ask("/a")).toBe(inFreshContext);
    });
  }
});

describe("what a script notices of the shared realm", () => {
  test.todo(
    "a static method of a built-in, assigned on a subclass, is ignored: class L extends Map {}; L.groupBy = f",
  );
  test.todo(
    "a built-in module written through a second name is unchanged: const p = fs.promises; p.readFile = f",
  );
  test.todo("$.cwd() and $.env() without a command are refused: the shell belongs to every script");
});

import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";
import { until } from "../support/until.ts";

/** A script that waits for `/open`, and how many of its requests are under way. */
const HELD =
  "shared.running = (shared.running ?? 0) + 1;\nwhile (!shared.open) await Bun.sleep(1);\nreturn shared.running;";
const FILES = {
  "default/1/open.ts": "shared.open = true",
  "default/1/running.ts": "return shared.running ?? 0",
};

describe("@concurrent", () => {
  test.each(["false", "1", "2"])(
    "%s does not hold back a worker script that has guards of its own",
    async (limit) => {
      await using app = await scriptApp({
        ...FILES,
        "default/1/a.ts": `// @mode worker\n// @cors *\n// @concurrent ${limit}\n${HELD}`,
      });
      const answers = [1, 2, 3].map(() => app.ask("/a"));
      await until(
        async () => (await app.ask("/running")).text,
        (seen) => seen === "3",
      );
      await app.ask("/open");
      expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(["3", "3", "3"]);
    },
  );
});

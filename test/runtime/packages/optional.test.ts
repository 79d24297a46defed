import { describe, expect, test } from "bun:test";
import { FakeClock } from "../../support/fake-clock.ts";
import { npmRegistry } from "../../support/npm-registry.ts";
import { packageApp, packageApps } from "../../support/package-app.ts";
import { until } from "../../support/until.ts";

const app = packageApps([]);

describe("a script that can do without a package", () => {
  const OPTIONAL = 'try { return require("left-padd") } catch (error) { return error.code }';

  test("catches the failure where it asks for it", async () => {
    await using live = await app({
      "a.ts": OPTIONAL,
      "b.ts": 'try { return await import("left-padd") } catch (error) { return error.code }',
    });
    expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    expect((await live.ask("/b")).text).toBe("MODULE_NOT_FOUND");
  });

  test("does not ask the registry for each request", async () => {
    await using own = await npmRegistry();
    const clock = new FakeClock();
    await using live = await packageApp(own, { scripts: { "a.ts": OPTIONAL }, clock });
    for (let round = 0; round < 5; round++) expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    expect(own.asked()).toEqual(["left-padd"]);
  });

  test("has it once the registry does, after a while that doubles", async () => {
    await using own = await npmRegistry();
    const clock = new FakeClock();
    await using live = await packageApp(own, { scripts: { "a.ts": OPTIONAL }, clock });
    await live.ask("/a");
    clock.advance(5_000);
    await live.ask("/a"); // Does not wait for the second try.
    await live.services.installer.ensure("left-padd");
    expect(own.asked()).toHaveLength(2);
    await own.offer({ name: "left-padd", files: { "index.js": "module.exports = 'there'" } });
    clock.advance(9_999);
    await live.ask("/a");
    expect(own.asked()).toHaveLength(2);
    clock.advance(1);
    expect(
      await until(
        async () => (await live.ask("/a")).text,
        (text) => text === "there",
      ),
    ).toBe("there");
  });

  test.each<[string, string]>([
    ["the script", "default/1/a.ts"],
    [".npmrc", ".npmrc"],
  ])("is tried again at once when %s is saved", async (_name, file) => {
    await using own = await npmRegistry();
    await using live = await packageApp(own, { scripts: { "a.ts": OPTIONAL }, clock: new FakeClock() });
    expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    await own.offer({ name: "left-padd", files: { "index.js": "module.exports = 'there'" } });
    await live.save({ [file]: `${await live.read(file)}\n` });
    expect((await live.ask("/a")).text).toBe("there");
  });

  test("finds it when somebody installs it by hand", async () => {
    await using live = await app({ "a.ts": OPTIONAL });
    expect((await live.ask("/a")).text).toBe("MODULE_NOT_FOUND");
    await live.scripts.write({
      "node_modules/left-padd/package.json": '{ "name": "left-padd", "version": "1.0.0" }',
      "node_modules/left-padd/index.js": "module.exports = 'by hand'",
    });
    expect((await live.ask("/a")).text).toBe("by hand");
  });
});

import { describe, expect, test } from "bun:test";
import { npmRegistry } from "../../support/npm-registry.ts";
import { packageApp } from "../../support/package-app.ts";
import { until } from "../../support/until.ts";

describe("waiting", () => {
  test("many first requests of several scripts wait for one install", async () => {
    await using own = await npmRegistry({ name: "shared", files: { "index.js": "module.exports = 's'" } });
    const letGo = own.hold("shared");
    const scripts = { "a.ts": 'return require("shared")', "b.ts": 'import s from "shared"; return s' };
    await using live = await packageApp(own, { scripts });
    const answers = ["/a", "/b", "/a", "/b", "/a"].map((path) => live.ask(path));
    await until(
      () => own.waiting(),
      (waiting) => waiting === 1,
    );
    letGo();
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(["s", "s", "s", "s", "s"]);
    expect(own.asked().filter((name) => name === "shared")).toHaveLength(1);
  });

  test("packages are installed one at a time", async () => {
    await using own = await npmRegistry(
      ...["x1", "x2", "x3"].map((name) => ({ name, files: { "index.js": `module.exports = '${name}'` } })),
    );
    const letGo = own.hold("x1");
    const scripts = { "a.ts": 'return require("x1") + require("x2")', "b.ts": 'return require("x3")' };
    await using live = await packageApp(own, { scripts });
    const first = live.ask("/a");
    await until(
      () => own.asked().length,
      (asked) => asked === 1,
    );
    const second = live.ask("/b");
    letGo();
    expect([(await first).text, (await second).text]).toEqual(["x1x2", "x3"]);
    expect((await live.manifest()).dependencies).toEqual({ x1: "^1.0.0", x2: "^1.0.0", x3: "^1.0.0" });
  });

  test("counts for @timeout: the one gets 504, the install goes on, the other its answer", async () => {
    await using own = await npmRegistry({ name: "late", files: { "index.js": "module.exports = 'late'" } });
    const letGo = own.hold("late");
    await using live = await packageApp(own, {
      scripts: { "a.ts": '// @timeout 100ms\nreturn require("late")', "b.ts": 'return require("late")' },
    });
    const patient = live.ask("/b");
    const { status, json, headers } = await live.ask("/a");
    expect(status).toBe(504);
    expect(json).toMatchObject({ error: "Script timeout", timeoutMs: 100, code: "ERROR_504" });
    expect(headers.get("connection")).toBe("close");
    letGo();
    expect((await patient).text).toBe("late");
    expect((await live.ask("/a")).text).toBe("late");
  });

  test("may take longer than a socket waits for a first byte", async () => {
    await using own = await npmRegistry({ name: "late", files: { "index.js": "module.exports = 'late'" } });
    const letGo = own.hold("late");
    await using live = await packageApp(own, { scripts: { "a.ts": 'return require("late")' } });
    const limits: number[] = [];
    const server = {
      requestIP: () => null,
      timeout: (_: Request, seconds: number) => void limits.push(seconds),
      upgrade: () => false,
    };
    const url = "http://localhost/a";
    const answer = live.engine.fetch({
      request: new Request(url),
      server,
      url,
      startedMs: performance.now(),
    });
    expect(limits).toEqual([0]);
    letGo();
    expect(await (await answer).text()).toBe("late");
  });

  test("is not for a caller without the token of the script", async () => {
    await using own = await npmRegistry({ name: "late", files: { "index.js": "module.exports = 'late'" } });
    const letGo = own.hold("late");
    await using live = await packageApp(own, { scripts: { "a.ts": '// @token t\nreturn require("late")' } });
    const answer = live.ask("/a?token=t");
    expect((await live.ask("/a")).status).toBe(401);
    letGo();
    expect((await answer).text).toBe("late");
  });

  test("is for as many packages as --install-queue-max says", async () => {
    await using own = await npmRegistry({ name: "slow", files: { "index.js": "module.exports = 's'" } });
    const letGo = own.hold("slow");
    const scripts = { "a.ts": 'return require("slow")', "b.ts": 'return require("other")' };
    await using live = await packageApp(own, { scripts, flags: ["--install-queue-max", "0"] });
    const first = live.ask("/a");
    await until(
      () => own.waiting(),
      (waiting) => waiting === 1,
    );
    expect((await live.ask("/b")).text).toContain("--install-queue-max");
    expect(live.services.installer.refused).toBe(1);
    letGo();
    expect((await first).text).toBe("s");
  });
});

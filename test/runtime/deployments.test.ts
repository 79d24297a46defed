import { describe, expect, test } from "bun:test";
import { scriptApp } from "../support/script-app.ts";

/** A Host that names an exec id. */
const hostOf = (execId: string) => ({ headers: { host: `p1-c1-exec-${execId}.node.localhost` } });

describe("a deployment that is used is not let go of for others", () => {
  const files = {
    "index.js": "return { from: metadata.execId };",
    "default/1/count.js": "shared.count = (shared.count ?? 0) + 1; return { count: shared.count };",
    "default/1/slow.js": "await new Promise((resolve) => setTimeout(resolve, 100)); return { slow: true };",
  };

  test("its shared state outlives any number of invented hosts", async () => {
    await using app = await scriptApp(files, ["--vm-cache-cap", "3"]);
    for (let turn = 1; turn <= 6; turn++) {
      expect(await (await app.fetch("/count")).json()).toEqual({ count: turn });
      expect((await app.fetch("/", hostOf(`x${turn}`))).status).toBe(200);
    }
  });

  test("a request that waits for a timer is answered, however many come", async () => {
    await using app = await scriptApp(files, ["--vm-cache-cap", "2"]);
    const slow = app.fetch("/slow");
    for (let turn = 0; turn < 10; turn++) await app.fetch("/", hostOf(`y${turn}`));
    expect(await (await slow).json()).toEqual({ slow: true });
  });

  test("clearing the cache lets running requests finish", async () => {
    await using app = await scriptApp(files);
    const slow = app.fetch("/slow");
    await app.call("POST", "/api/v1/exec/cache/clear", { clearAll: true });
    expect(await (await slow).json()).toEqual({ slow: true });
  });
});

describe("what a script does wrong never rejects out of the server", () => {
  test.each([
    [
      "a stream that fails at once",
      "return new Response(new ReadableStream({ pull() { throw new Error('x'); } }));",
    ],
    [
      "an impossible status with a written body",
      "res.status(1000); res.write('x'); await null; return undefined;",
    ],
    ["a thenable that throws", "return { then() { throw new Error('x'); } };"],
  ])("%s", async (_name, source) => {
    await using app = await scriptApp({ "default/1/a.js": source });
    for (let turn = 0; turn < 3; turn++) expect((await app.fetch("/a")).status).toBe(500);
    expect(app.engine.active.size).toBe(0);
  });

  test("a script that never ends is not waited for after its time limit", async () => {
    await using app = await scriptApp({ "default/1/a.js": "// @timeout 20\nawait new Promise(() => {});" });
    expect((await app.fetch("/a")).status).toBe(504);
    expect(app.engine.active.size).toBe(0);
  });
});

test("a place of @concurrent is free again when the time of its request is over", async () => {
  const source =
    "// @concurrent 1\n// @timeout 50\nif (metadata.query.hang) await new Promise(() => {});\nreturn 'ok';";
  await using app = await scriptApp({ "default/1/a.js": source });
  expect((await app.fetch("/a?hang=1")).status).toBe(504);
  expect((await app.fetch("/a")).status).toBe(200);
});

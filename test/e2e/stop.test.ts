import { describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { until } from "../support/until.ts";

const FILES = {
  "default/1/slow.ts": `shared.state = "running";
await new Promise((resolve) => setTimeout(resolve, 400));
return "finished"`,
  "default/1/forever.ts": `shared.state = "running";
await new Promise((resolve) => req.signal.addEventListener("abort", resolve));
console.log("aborted:", req.signal.reason.name);
await new Promise(() => {});`,
  "default/1/stream.ts": `res.write("first ");
await new Promise((resolve) => setTimeout(resolve, 300));
res.end("last")`,
  "default/1/interval.ts": "setInterval(() => {}, 10); return 1",
  "default/1/state.ts": "return shared.state ?? null",
};

const isRunning = (server: ServerProcess) =>
  until(
    async () => await (await server.fetch("/state")).text(),
    (seen) => seen === "running",
  );

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  test("lets a request that is running finish, and exits with 0", async () => {
    await using server = await startProcess({ files: FILES });
    const slow = server.fetch("/slow");
    await isRunning(server);
    const exitCode = server.stop(signal);
    expect(await (await slow).text()).toBe("finished");
    expect(await exitCode).toBe(0);
  });
});

describe("stopping", () => {
  test("an idle server ends at once with 0", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--drain-timeout", "60s"] });
    expect(await server.stop()).toBe(0);
  });

  test("an idle keep-alive connection does not hold it up", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--drain-timeout", "60s"] });
    await (await server.fetch("/state")).text();
    expect(await server.stop()).toBe(0);
  });

  test("a streamed answer is sent to its end", async () => {
    await using server = await startProcess({ files: FILES });
    const response = await server.fetch("/stream");
    const exitCode = server.stop();
    expect(await response.text()).toBe("first last");
    expect(await exitCode).toBe(0);
  });

  test("timers of scripts do not hold it up", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--drain-timeout", "60s"] });
    await (await server.fetch("/interval")).text();
    expect(await server.stop()).toBe(0);
  });

  test("after --drain-timeout what still runs is aborted, told why, and it exits with 0", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--drain-timeout", "100ms"] });
    const call = server.fetch("/forever").catch(() => null);
    await isRunning(server);
    expect(await server.stop()).toBe(0);
    await call;
    expect(server.output()).toContain("aborted: AbortError");
  });

  test("a second signal ends it at once with 1", async () => {
    await using server = await startProcess({ files: FILES, flags: ["--drain-timeout", "60s"] });
    const call = server.fetch("/forever").catch(() => null);
    await isRunning(server);
    process.kill(server.pid, "SIGTERM");
    // The first one is being handled once nobody is let in any more.
    await until(
      () =>
        server.fetch("/state").then(
          (response) => response.text(),
          () => "refused",
        ),
      (seen) => seen === "refused",
    );
    // Signals that come within 50 ms are one: Ctrl-C under `bun run` arrives twice.
    await Bun.sleep(60);
    expect(await server.stop("SIGTERM")).toBe(1);
    await call;
  });
});

describe("staying up", () => {
  test("what scripts throw after their answer is logged with its place, and the next request is served", async () => {
    await using server = await startProcess({
      files: {
        "default/1/rejects.ts": '\nPromise.reject(new Error("floating")); return 1',
        "default/1/timer.ts": 'setTimeout(() => {\n  throw new Error("late");\n}, 1); return 1',
        "default/1/micro.ts": '\nqueueMicrotask(() => { throw new Error("micro") }); return 1',
        "default/1/ok.ts": 'return "ok"',
      },
    });
    for (const path of ["/rejects", "/timer", "/micro"]) expect((await server.fetch(path)).status).toBe(200);
    for (const [message, script, line] of [
      ["floating", "default/1/rejects.ts", 2],
      ["late", "default/1/timer.ts", 2],
      ["micro", "default/1/micro.ts", 2],
    ] as const) {
      await until(
        () => server.output(),
        (output) =>
          output
            .split("\n")
            .some((row) => row.includes(message) && row.includes(`"script":"${script}","line":${line}`)),
      );
    }
    expect(await (await server.fetch("/ok")).text()).toBe("ok");
  });

  test("an answer that has begun is broken off when the script throws, so that nobody takes it for complete", async () => {
    await using server = await startProcess({
      files: {
        "default/1/broken.ts":
          'res.write("half"); await new Promise((done) => setTimeout(done, 20)); throw new Error("x")',
        "default/1/later.ts": 'res.write("half "); await null; setTimeout(() => res.end("whole"), 20)',
      },
    });
    const broken = await server.fetch("/broken");
    expect(broken.text()).rejects.toThrow();
    expect(await (await server.fetch("/later")).text()).toBe("half whole");
  });

  test("process.exit in a script throws there and ends nothing", async () => {
    await using server = await startProcess({
      files: { "default/1/exit.ts": "process.exit(3)", "default/1/ok.ts": 'return "ok"' },
    });
    expect((await server.fetch("/exit")).status).toBe(500);
    expect(await (await server.fetch("/ok")).text()).toBe("ok");
  });
});

import { describe, expect, test } from "bun:test";
import { runProcess, startProcess } from "../support/process.ts";
import { tempDir } from "../support/temp-dir.ts";

describe("starting", () => {
  test("port 0 takes a free port, prints it and answers there", async () => {
    await using server = await startProcess();
    const health = await server.fetch("/api/v1/exec/health");
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ status: "ok", pid: await server.serverPid() });
  });

  test("the printed block names the scripts folder, and its curl line works as it stands", async () => {
    await using server = await startProcess();
    expect(server.output()).toContain(`${server.storage.path}/scripts`);
    const line = server
      .output()
      .split("\n")
      .find((text) => text.includes("curl "));
    const { exitCode, stdout } = Bun.spawnSync(["bash", "-c", line?.slice(line.indexOf("curl ")) ?? "false"]);
    expect(exitCode).toBe(0);
    expect(stdout.toString()).not.toBe("");
  });

  test("the environment sets what no flag does", async () => {
    await using server = await startProcess({ env: { EXEC_BODY_MAX: "1kb" } });
    const response = await server.fetch("/api/v1/exec/cache/clear", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ clearAll: true, padding: "x".repeat(2000) }),
    });
    expect(response.status).toBe(413);
  });

  test("--help lists the flags and exits with 0", async () => {
    const { exitCode, stdout } = await runProcess(["--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("--storage-dir");
  });
});

describe("refusing to start", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["an unknown flag", ["--colour"], ["--colour"]],
    ["an unusable value", ["--port", "abc"], ["--port", "abc", "0 to 65535"]],
    ["an open address without a word about it", ["--host", "0.0.0.0"], ["--host", "--allow-unauthenticated"]],
    [
      "the program's own sources as scripts",
      ["--scripts-dir", `${import.meta.dir}/../../src`],
      ["--scripts-dir"],
    ],
  ])("%s ends with exit code 2 and one line", async (_name, flags, texts) => {
    const { exitCode, stdout, stderr } = await runProcess(flags);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr.trimEnd()).not.toContain("\n");
    for (const text of texts) expect(stderr).toContain(text);
  });

  test("a port in use ends with exit code 1 and one line", async () => {
    await using server = await startProcess();
    await using storage = await tempDir();
    const port = new URL(server.url).port;
    const { exitCode, stderr } = await runProcess(["--port", port, "--storage-dir", storage.path]);
    expect(exitCode).toBe(1);
    expect(stderr.trimEnd()).toContain(port);
    expect(stderr.trimEnd()).not.toContain("\n");
  });
});

test("a storage directory that cannot be used is one line and exit code 2", async () => {
  const { exitCode, stderr } = await runProcess(["--port", "0", "--storage-dir", "/proc/nowhere"]);
  expect(exitCode).toBe(2);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain("--storage-dir");
});

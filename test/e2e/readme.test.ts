import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AiStandIn, aiStandIn } from "../support/ai-stand-in.ts";
import { fencedBlocks } from "../support/fenced-blocks.ts";
import { type NpmRegistry, npmRegistry } from "../support/npm-registry.ts";
import { outcomeOf } from "../support/outcome.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

/** The README's own commands against the real process, in the order a reader would type them. */
const README = await Bun.file(new URL("../../README.md", import.meta.url)).text();
const COMMANDS = fencedBlocks(README).filter(
  ({ language, text }) => language === "sh" && /\bcurl /.test(text),
);

/** Fails on an error status, as a reader would notice. */
const CURL = 'curl() { command curl --silent --show-error --fail-with-body "$@"; echo; }';

let registry: NpmRegistry;
let cache: TempDir;
let server: ServerProcess;
let provider: AiStandIn;
beforeAll(async () => {
  registry = await npmRegistry({ name: "dayjs", version: "1.11.13", files: { "index.js": "" } });
  cache = await tempDir();
  provider = aiStandIn({ kind: "text", text: "Files are endpoints." });
  server = await startProcess({
    flags: ["--ai-url", provider.url, "--sdk-import-allow-local"],
    files: { ".npmrc": registry.npmrc },
    env: { BUN_INSTALL_CACHE_DIR: cache.path },
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await cache[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

test("the README begins with the two commands", () => {
  expect(fencedBlocks(README)[0]?.text.split("\n")).toEqual([
    "npx --yes bun@1.4.5 run start",
    "npx --yes bun@1.4.5 run test",
  ]);
});

describe("commands of the README", () => {
  test.each(COMMANDS.map((block) => [block.heading, block] as const))(
    "%s",
    async (_heading, { text, next }) => {
      const { exitCode, stdout, stderr } = await runInShell(text);
      expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: "" });
      if (next?.language !== "json") return;
      const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      expect(answer).toMatchObject(JSON.parse(next.text));
    },
  );
});

test("the client of the WebSocket section prints what the page says", async () => {
  const client = fencedBlocks(README).find(
    ({ language, heading }) => language === "js" && heading === "WebSockets",
  );
  const code = client?.text.replaceAll("ws://localhost:8081", server.url.replace("http", "ws")) ?? "";
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
  expect((await new Response(child.stdout).text()).trim()).toBe(client?.next?.text ?? "missing");
});

test("the script of the section on the typed client answers what the page says", async () => {
  const script = fencedBlocks(README).find(
    ({ language, heading }) => language === "ts" && heading === "Typed client",
  );
  await server.storage.write({
    "scripts/default/1/with-client.ts":
      script?.text.replaceAll("http://localhost:8081", server.url) ?? "missing",
  });
  const answer = await until(
    () => server.fetch("/with-client"),
    ({ status }) => status !== 404,
  );
  expect(await answer.json()).toEqual(JSON.parse(script?.next?.text ?? "missing"));
});

async function runInShell(commands: string) {
  const script = commands
    .replaceAll("http://localhost:8081", server.url)
    .replaceAll("storage/scripts", `${server.storage.path}/scripts`);
  const child = Bun.spawn(["bash", "-euo", "pipefail", "-c", `${CURL}\n${script}`], {
    stdout: "pipe",
    stderr: "pipe",
  });
  return outcomeOf(child);
}

import { expect, test } from "bun:test";
import { join } from "node:path";

const PROGRAM = join(import.meta.dir, "../..");

/** Longest test on a busy machine: each starts a process. */
const LONG_MS = 30_000;

/** Runs a script in a server of its own process. @returns Packages of the AI SDK that are loaded before and after. */
async function loadedAround(
  script: string,
): Promise<{ readonly before: string[]; readonly after: string[] }> {
  const code = `
    const { scriptApp } = await import("${PROGRAM}/test/support/script-app.ts");
    const { aiStandIn } = await import("${PROGRAM}/test/support/ai-stand-in.ts");
    await using provider = aiStandIn();
    await using app = await scriptApp({ "default/1/a.ts": ${JSON.stringify(script)} }, ["--ai-url", provider.url]);
    const loaded = () => Object.keys(require.cache).filter((path) => /node_modules\\/(ai|@ai-sdk\\/openai)\\//.test(path));
    const before = loaded();
    await app.ask("/a");
    console.log(JSON.stringify({ before, after: loaded() }));`;
  const child = Bun.spawn([process.execPath, "-e", code], {
    stdout: "pipe",
    stderr: "inherit",
    cwd: PROGRAM,
  });
  return JSON.parse(await new Response(child.stdout).text());
}

test(
  "the SDK is not loaded while no script calls a model",
  async () => {
    const script =
      "const other = openai('a/b'); return [ai, model, other, generateText].map((each) => typeof each);";
    expect(await loadedAround(script)).toEqual({ before: [], after: [] });
  },
  LONG_MS,
);

test(
  "the SDK is loaded with the first call",
  async () => {
    const { before, after } = await loadedAround('return (await ai.generate("Hi")).text;');
    expect(before).toEqual([]);
    expect(after.length).toBeGreaterThan(1);
  },
  LONG_MS,
);

import { expect } from "bun:test";
import { outcomeOf } from "./outcome.ts";
import type { ServerProcess } from "./process.ts";

/** What curl saw. */
export interface Seen {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  readonly json: any;
}

/**
 * The steps of the acceptance scenarios, as a person would type them: the real `curl` against the real process.
 *
 * @param server Asked at each step, since it is started after the tests are declared.
 */
export function curlKit(server: () => ServerProcess) {
  /** Runs curl on a path of the server with further arguments. */
  async function curl(path: string, ...args: readonly string[]): Promise<Seen> {
    const format = "\n%{http_code}\n%{content_type}";
    const child = Bun.spawn(
      ["curl", "--silent", "--show-error", "--path-as-is", "-w", format, ...args, server().url + path],
      {
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const { exitCode, stdout, stderr } = await outcomeOf(child);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const lines = stdout.split("\n");
    const type = lines.pop() ?? "";
    const status = Number(lines.pop());
    const text = lines.join("\n");
    return {
      status,
      type,
      text,
      get json() {
        return JSON.parse(text);
      },
    };
  }

  /** Sends a JSON body, as `curl -H 'Content-Type: application/json' -d …` does. */
  const post = (path: string, body: string, ...args: readonly string[]) =>
    curl(path, "-X", "POST", "-H", "Content-Type: application/json", "--data-binary", body, ...args);

  const control = (name: string, body: unknown, ...args: readonly string[]) =>
    post(`/api/v1/exec/${name}`, JSON.stringify(body), ...args);

  /** W(path, content) of the scenarios. */
  const write = (path: string, content: string, more: Record<string, unknown> = {}) =>
    control("scripts/write", { path, content, ...more });

  /** W, and what a first write has to answer. */
  async function writeFirst(path: string, content: string): Promise<void> {
    const { status, json } = await write(path, content);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      path,
      resolvedPath: `default/1/${path}`,
      created: true,
      updated: false,
      size: Buffer.byteLength(content),
      validated: true,
    });
    expect(new Date(json.modified).toISOString()).toBe(json.modified);
  }

  return { curl, post, control, write, writeFirst };
}

import pino from "pino";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { RunningMark } from "../../src/engine/running-mark.ts";
import { serve } from "../../src/server.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

/** The app in this process behind a real port, for what needs a connection; ended by `await using`. */
export interface ListeningApp extends AsyncDisposable {
  readonly url: string;
  readonly app: App;
  readonly storage: TempDir;
  /** What the server has logged so far, as JSON lines. */
  readonly logged: readonly string[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Text of a GET. */
  get(path: string): Promise<string>;
  /** Sends a control call with a JSON body, which must succeed. */
  call(path: string, body: unknown): Promise<void>;
  /** Stops as on a signal. @returns How many executions had to be aborted. */
  stop(drainTimeoutMs: number): Promise<number>;
}

/**
 * Starts the app on any free port.
 *
 * @param files Texts by path below `default/1`.
 * @param flags As on the command line.
 * @param options.mark On a page whose ticks end loops (`tickingPage`); when left out, no loop is ended.
 */
export async function listeningApp(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  options: { readonly mark?: RunningMark } = {},
): Promise<ListeningApp> {
  const storage = await tempDir();
  await storage.write(
    Object.fromEntries(Object.entries(files).map(([file, text]) => [`scripts/default/1/${file}`, text])),
  );
  const logged: string[] = [];
  const log = pino({ level: "debug", base: null }, { write: (line: string) => void logged.push(line) });
  // Tests reach no registry but their own.
  const config = loadConfig([...flags, "--storage-dir", storage.path], { EXEC_AUTO_INSTALL: "off" });
  const app = await createApp(config, { log, ...options });
  const server = serve(app, { hostname: "127.0.0.1", port: 0, log });
  const url = `http://127.0.0.1:${server.port}`;
  const send = (path: string, init?: RequestInit) => fetch(url + path, init);
  let stopped: Promise<number> | null = null;
  const stop = (drainTimeoutMs: number) => {
    stopped ??= server.stop(drainTimeoutMs);
    return stopped;
  };
  return {
    url,
    app,
    storage,
    logged,
    fetch: send,
    get: async (path) => (await send(path)).text(),
    async call(path, body) {
      const answer = await send(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop(0);
      await app[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

import { type Answer, type TestApp, type TestAppOptions, testApp } from "./app.ts";
import type { TempDir } from "./temp-dir.ts";

/** The answer of a script, read to its end. */
export interface ScriptAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Content-Type as sent; "" for none. */
  readonly type: string;
  readonly text: string;
  /** The text read as JSON. @throws {SyntaxError} for any other text. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  readonly json: any;
}

/** Scripts that are live in this process; released by `await using`. */
export interface ScriptApp extends AsyncDisposable {
  readonly services: TestApp["services"];
  readonly engine: TestApp["engine"];
  /** The scripts root. */
  readonly scripts: TempDir;
  /** Sends a request of either plane; the Host is `localhost` unless a header says otherwise. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The same, with the answer read to its end. */
  ask(path: string, init?: RequestInit): Promise<ScriptAnswer>;
  /** Sends a control call with a JSON body, or none. */
  call: TestApp["call"];
  /** Writes a file of `default/1` through the API, which must accept it. */
  write(path: string, content: string): Promise<Answer>;
  /** Writes files below the scripts root by hand, and reports them as the watcher does. */
  save(files: Readonly<Record<string, string>>): Promise<void>;
}

/**
 * Builds the app over a temporary scripts root that holds the given files.
 *
 * @param files Texts by path below the scripts root: `default/1/hello.ts`.
 * @param flags As on the command line.
 */
export async function scriptApp(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  options: Omit<TestAppOptions, "files" | "flags"> = {},
): Promise<ScriptApp> {
  const app = await testApp({ ...options, files, flags });
  return {
    services: app.services,
    engine: app.engine,
    scripts: app.scripts,
    fetch: app.fetch,
    ask: async (path, init) => readAnswer(await app.fetch(path, init)),
    call: app.call,
    async write(path, content) {
      const answer = await app.call("POST", "/api/v1/exec/scripts/write", { path, content });
      if (answer.status !== 200) throw new Error(`Cannot write "${path}": ${JSON.stringify(answer.body)}`);
      return answer;
    },
    async save(changed) {
      await app.scripts.write(changed);
      for (const file of Object.keys(changed)) {
        app.services.scripts.changes.emit({ kind: "written", file, origin: "disk" });
      }
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<ScriptAnswer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    type: response.headers.get("content-type") ?? "",
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

/** What one script answers, when it is the only file of its deployment. */
export async function answerOf(
  source: string,
  { name = "a.ts", init }: { readonly name?: string; readonly init?: RequestInit } = {},
): Promise<ScriptAnswer> {
  await using app = await scriptApp({ [`default/1/${name}`]: source });
  return await app.ask("/a", init);
}

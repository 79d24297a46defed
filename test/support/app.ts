import { join } from "node:path";
import pino, { type Logger } from "pino";
import { createApp } from "../../src/app.ts";
import type { Clock } from "../../src/base/clock.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { RequestServer } from "../../src/engine/execution.ts";
import type { RunningMark } from "../../src/engine/running-mark.ts";
import type { Restarts } from "../../src/process/restarts.ts";
import type { Services } from "../../src/services.ts";
import { requirePromisedShape } from "./promised-shape.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";
import { until } from "./until.ts";

/** What a test may ask of its app. */
export interface TestAppOptions {
  /** Files below the scripts root, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Flags as on the command line. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Address the app sees as the peer of every call. */
  readonly peerIp?: string;
  /** The machine's own when left out. */
  readonly clock?: Clock;
  /** Silent when left out. */
  readonly log?: Logger;
  /** Is told each limit in seconds that a request asks of its connection; 0 for none. */
  readonly onIdleLimit?: (seconds: number) => void;
  /** On a page whose ticks end loops (`tickingPage`); when left out, no loop is ended. */
  readonly mark?: RunningMark;
  /** The parent of the process; there is none when left out. */
  readonly restarts?: Restarts;
  /** The storage directory of an app that is still there, or was: then it stays. A new one when left out. */
  readonly storage?: TempDir;
}

/** The app in this process, over a temporary directory; released by `await using`. */
export interface TestApp extends AsyncDisposable {
  readonly services: Services;
  /** The data plane. */
  readonly engine: Engine;
  /** The scripts root. */
  readonly scripts: TempDir;
  /** Root of everything on disk. */
  readonly storage: TempDir;
  /** Sends a request; the path begins with "/", the Host is `localhost` unless a header says otherwise. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a call with a JSON body, or none, reads the JSON answer and holds it against the operation's contract. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** A JSON answer that has been read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  readonly body: any;
}

/** Waits until so many executions run at once. */
export async function untilRunning({ services }: Pick<TestApp, "services">, count: number): Promise<void> {
  await until(
    () => services.executions.size,
    (size) => size === count,
  );
}

/** Tests reach no registry but their own: nobody listens on this port (`packageApp` has one). */
const NO_REGISTRY = { BUN_CONFIG_REGISTRY: "http://127.0.0.1:9/", BUN_CONFIG_HTTP_RETRY_COUNT: "0" };

/** Builds the app over a temporary scripts root that holds the given files. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const storage = options.storage ?? (await tempDir());
  const scripts = below(storage, "scripts");
  await scripts.write(options.files ?? {});
  const app = await createApp(
    // Tests reach no registry but their own (`packageApp`).
    loadConfig([...(options.flags ?? []), "--storage-dir", storage.path], {
      EXEC_AUTO_INSTALL: "off",
      ...options.env,
    }),
    {
      log: options.log ?? pino({ level: "silent" }),
      environment: options.env ?? NO_REGISTRY,
      restarts: options.restarts ?? null,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.mark === undefined ? {} : { mark: options.mark }),
    },
  );
  const server = standInServer(options.peerIp ?? "127.0.0.1", options.onIdleLimit);
  const send = async (path: string, init: RequestInit = {}) =>
    app.fetch(new Request(toUrl(path, init), init), server);
  return {
    services: app.services,
    engine: app.engine,
    scripts,
    storage,
    fetch: send,
    call: (method, path, body, headers) => callJson(send, { method, path, body, headers }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      if (options.storage === undefined) await storage[Symbol.asyncDispose]();
    },
  };
}

/** The runtime builds a request's URL from its Host header, so this does too; an unusable one leaves `localhost`. */
function toUrl(path: string, init: RequestInit): string {
  const host = new Headers(init.headers).get("host");
  const url = `http://${host}${path}`;
  return host !== null && URL.canParse(url) ? url : `http://localhost${path}`;
}

/** What a request may ask of its socket, where there is none. */
function standInServer(peerIp: string, onIdleLimit?: (seconds: number) => void): RequestServer {
  return {
    requestIP: () => ({ address: peerIp, family: "IPv4", port: 50_000 }),
    timeout: (_request, seconds) => onIdleLimit?.(seconds),
    upgrade: () => false,
  };
}

/** The same directory seen from one of its folders. */
function below(directory: TempDir, folder: string): TempDir {
  return {
    path: join(directory.path, folder),
    write: (files) =>
      directory.write(
        Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text])),
      ),
    async list() {
      const files = await directory.list();
      return files
        .filter((file) => file.startsWith(`${folder}/`))
        .map((file) => file.slice(folder.length + 1));
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function callJson(
  send: (path: string, init: RequestInit) => Promise<Response>,
  call: {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
    readonly headers: Record<string, string> | undefined;
  },
): Promise<Answer> {
  const response = await send(call.path, {
    method: call.method,
    headers: { ...(call.body === undefined ? {} : { "content-type": "application/json" }), ...call.headers },
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : JSON.parse(text),
  };
  requirePromisedShape({ method: call.method, path: call.path, ...answer });
  return answer;
}

import { createRequire } from "node:module";
import type Pino from "pino";
import type { Logger } from "pino";
import { type App, createApp } from "./app.ts";
import { endDescendants } from "./base/descendants.ts";
import { ConfigError } from "./config/config-error.ts";
import { describeSettings } from "./config/describe.ts";
import { type Config, loadConfig } from "./config/load.ts";
import { hideSecrets } from "./config/secrets.ts";
import { RunningMark } from "./engine/running-mark.ts";
import { createOwnPage } from "./process/page.ts";
import { ParentLink } from "./process/parent-link.ts";
import { OwnTicks } from "./process/ticks.ts";
import { type RunningServer, refuseTakenPort, serve } from "./server.ts";

/** Exit codes of the program (running.md §1). */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Members of the real `process` that end it; scripts have a `process` of their own, packages have this one. */
const ENDINGS = ["exit", "reallyExit", "abort"] as const;

/** Milliseconds that processes which scripts have started get to end by themselves. */
const DESCENDANTS_GRACE_MS = 500;

await main(process.argv.slice(2));

/** The server's program: settings, app, socket, signals. Reads the process's arguments, and ends it. */
async function main(argv: readonly string[]): Promise<void> {
  const { parent, own } = ParentLink.open(argv);
  if (own.includes("--help") || own.includes("-h")) {
    process.stdout.write(`${describeSettings()}\n`);
    process.exit(EXIT.ok);
  }
  const config = readConfig(own);
  hideSecrets(process);
  const log = createLog(config);
  for (const warning of config.warnings) log.warn(warning);
  const environment = { ...process.env } as Record<string, string>;
  const page = parent?.page ?? createOwnPage();
  const ticks = parent === null ? new OwnTicks(page) : null;
  const mark = new RunningMark(page.bytes, () => parent?.awake());
  const app = await open(config, () => createApp(config, { log, environment, mark, restarts: parent }));
  surviveScripts(app, log);
  const server = listen(config, (port) => serve(app, { hostname: config.host, port, log }), parent);
  const stop = async (drainTimeoutMs: number, isReplaced: boolean) => {
    await app.services.schedules.pause();
    const aborted = await (isReplaced ? server.leave(drainTimeoutMs) : server.stop(drainTimeoutMs));
    await app[Symbol.asyncDispose]();
    await endDescendants(process.pid, DESCENDANTS_GRACE_MS);
    parent?.[Symbol.dispose]();
    ticks?.[Symbol.dispose]();
    log.info({ aborted }, "Stopped");
  };
  const ending = new Ending({ log, exit: ownExit() }, stop);
  if (parent === null) endOnSignals(ending, config);
  else answerToParent(parent, { ending, config, server });
  if (parent === null || parent.handOver === null) greet(server, config);
}

function readConfig(argv: readonly string[]): Config {
  try {
    return loadConfig(argv, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT.usage);
  }
}

/** A storage directory that cannot be used is a mistake of the settings. */
async function open<T>({ storageDir, scriptsDir }: Config, build: () => Promise<T>): Promise<T> {
  try {
    return await build();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    process.stderr.write(
      `Cannot use --storage-dir "${storageDir}" with --scripts-dir "${scriptsDir}"; expected a writable directory: ${message}\n`,
    );
    process.exit(EXIT.usage);
  }
}

/** The log, loaded for its first line: it would be a sixth of the way to the first answer. */
function createLog(config: Config): Logger {
  let loaded: Logger | null = null;
  return new Proxy({} as Logger, {
    get(_, key) {
      loaded ??= loadLog(config);
      const member: unknown = Reflect.get(loaded, key);
      return typeof member === "function" ? member.bind(loaded) : member;
    },
  });
}

function loadLog(config: Config): Logger {
  const pino = createRequire(import.meta.url)("pino") as typeof Pino;
  const options = { level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!process.stdout.isTTY) return pino(options);
  return pino({
    ...options,
    transport: { target: "pino-pretty", options: { translateTime: "SYS:HH:MM:ss.l" } },
  });
}

/** A server that takes the place of another binds the port of that one, which may still hold it. */
function listen(
  { host, port }: Config,
  bind: (port: number) => RunningServer,
  parent: ParentLink | null,
): RunningServer {
  const inherited = parent?.handOver?.port ?? null;
  try {
    if (inherited === null) refuseTakenPort(host, port);
    return bind(inherited ?? port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "the port is in use" : message;
    process.stderr.write(`Cannot listen on ${host}:${port}: ${reason}\n`);
    process.exit(EXIT.failed);
  }
}

/** What a script throws after its request is over must not end the process for all others. */
function surviveScripts({ engine }: App, log: Logger): void {
  process.on("uncaughtException", (error) => log.error(engine.explain(error), "Uncaught exception"));
  process.on("unhandledRejection", (reason) => log.error(engine.explain(reason), "Unhandled rejection"));
}

/**
 * Keeps packages from ending the process for all: from now on its `exit` throws.
 *
 * @returns What really ends the process, for whoever owns it.
 */
function ownExit(): (code: number) => never {
  const exit = process.exit.bind(process);
  const { reallyExit } = process as unknown as { reallyExit: (code: number) => never };
  const refused = (name: string) => () => {
    throw new Error(`Cannot call process.${name}: the process belongs to every script`);
  };
  for (const name of ENDINGS) {
    Object.defineProperty(process, name, { value: refused(name), writable: true, configurable: true });
  }
  return (code) => {
    // The runtime's own `exit` may go through the other.
    Object.defineProperty(process, "reallyExit", { value: reallyExit, writable: true, configurable: true });
    return exit(code);
  };
}

/** @param isReplaced Whether a successor listens on the port. */
type Stop = (drainTimeoutMs: number, isReplaced: boolean) => Promise<void>;

/** The end of this process: in good order, once. */
class Ending {
  /** Ends the process at once. */
  readonly exit: (code: number) => never;
  readonly #log: Logger;
  readonly #stop: Stop;
  #hasBegun = false;

  constructor({ log, exit }: { readonly log: Logger; readonly exit: (code: number) => never }, stop: Stop) {
    this.exit = exit;
    this.#log = log;
    this.#stop = stop;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  begin(drainTimeoutMs: number, isReplaced: boolean): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#stop(drainTimeoutMs, isReplaced).then(
      () => this.exit(EXIT.ok),
      (error) => {
        this.#log.error({ err: error }, "Cannot stop in good order");
        this.exit(EXIT.failed);
      },
    );
  }
}

/** Without a parent: the first signal drains, the second ends at once. */
function endOnSignals(ending: Ending, { drainTimeout }: Config): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (ending.hasBegun) ending.exit(EXIT.failed);
      ending.begin(drainTimeout, false);
    });
  }
}

/** With a parent, that one decides: a signal to this process alone asks it for a successor. */
function answerToParent(
  parent: ParentLink,
  {
    ending,
    config,
    server,
  }: {
    readonly ending: Ending;
    readonly config: Config;
    readonly server: RunningServer;
  },
): void {
  const { stallTimeout: stallTimeoutMs, drainTimeout: drainTimeoutMs } = config;
  parent.listen({
    stop: (wish) => ending.begin(wish.drainTimeoutMs ?? drainTimeoutMs, wish.isReplaced),
    orphaned: () => ending.exit(EXIT.failed),
  });
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      const reason = `${signal} to the server process`;
      if (!ending.hasBegun) parent.restart({ graceful: true, drainTimeoutMs, reason });
    });
  }
  // Ctrl-C reaches every process of the terminal; the parent, too, and it says what follows.
  process.on("SIGINT", () => undefined);
  parent.ready({ port: server.port, stallTimeoutMs, drainTimeoutMs, logLevel: config.logLevel });
}

/** One short block: where it listens, where scripts go, and a line that works as it stands. */
function greet({ port }: RunningServer, config: Config): void {
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  const base = `http://${host}:${port}`;
  const token = config.apiTokens.length === 0 ? "" : ' -H "Authorization: Bearer $TOKEN"';
  const body = JSON.stringify({ path: "hello.ts", content: 'return { hello: "world" }' });
  process.stdout.write(
    [
      `hoody-exec ${config.version} listens on ${base}`,
      `  scripts   ${config.scriptsDir}/default/1`,
      `  docs      ${base}/api/v1/exec/docs`,
      `  try       curl -s ${base}/api/v1/exec/scripts/write${token} -H 'content-type: application/json' -d '${body}' && curl -s ${base}/hello`,
      "",
    ].join("\n"),
  );
}

import { createRequire } from "node:module";
import type Pino from "pino";
import type { Logger } from "pino";
import { type App, createApp } from "./app.ts";
import { endDescendants } from "./base/descendants.ts";
import { ConfigError } from "./config/config-error.ts";
import { describeSettings } from "./config/describe.ts";
import { type Config, loadConfig } from "./config/load.ts";
import { hideSecrets } from "./config/secrets.ts";
import { type RunningServer, serve } from "./server.ts";

/** Exit codes of the program (running.md §1). */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Members of the real `process` that end it; scripts have a `process` of their own, packages have this one. */
const ENDINGS = ["exit", "reallyExit", "abort"] as const;

/** Milliseconds that processes which scripts have started get to end by themselves. */
const LAST_WORD_MS = 500;

await main(process.argv.slice(2));

/** The program: settings, app, socket, signals. The only code that reads the process's arguments and ends it. */
async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(`${describeSettings()}\n`);
    process.exit(EXIT.ok);
  }
  const config = readConfig(argv);
  hideSecrets(process);
  const log = createLog(config);
  for (const warning of config.warnings) log.warn(warning);
  const environment = { ...process.env } as Record<string, string>;
  const app = await open(config, () => createApp(config, { log, environment }));
  surviveScripts(app, log);
  const server = listen(() => serve(app, { hostname: config.host, port: config.port, log }), config);
  stopOnSignals({ log, exit: ownExit() }, async () => {
    const aborted = await server.stop(config.drainTimeout);
    await app[Symbol.asyncDispose]();
    await endDescendants(process.pid, LAST_WORD_MS);
    log.info({ aborted }, "Stopped");
  });
  greet(server, config);
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

function listen(bind: () => RunningServer, { host, port }: Config): RunningServer {
  try {
    return bind();
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

/** The first signal drains, the second ends at once. */
function stopOnSignals(
  { log, exit }: { readonly log: Logger; readonly exit: (code: number) => never },
  stop: () => Promise<void>,
): void {
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isStopping) exit(EXIT.failed);
      isStopping = true;
      stop().then(
        () => exit(EXIT.ok),
        (error) => {
          log.error({ err: error }, "Cannot stop in good order");
          exit(EXIT.failed);
        },
      );
    });
  }
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
      `  API       ${base}/openapi.json`,
      `  try       curl -s ${base}/api/v1/exec/scripts/write${token} -H 'content-type: application/json' -d '${body}' && curl -s ${base}/hello`,
      "",
    ].join("\n"),
  );
}

import { createRequire } from "node:module";
import type Pino from "pino";
import type { Logger } from "pino";
import { type App, createApp } from "./app.ts";
import { ConfigError } from "./config/config-error.ts";
import { describeSettings } from "./config/describe.ts";
import { type Config, loadConfig } from "./config/load.ts";
import { hideSecrets } from "./config/secrets.ts";
import { type RunningServer, serve } from "./server.ts";

/** Exit codes of the program (running.md §1). */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

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
  stopOnSignals(log, async () => {
    const aborted = await server.stop(config.drainTimeout);
    await app[Symbol.asyncDispose]();
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
  const report = (thrown: unknown) => {
    const explained = engine.explain(thrown);
    // Without a frame of a script the mistake is ours, and its own stack says more.
    return explained.script === null ? { err: thrown } : explained;
  };
  process.on("uncaughtException", (error) => log.error(report(error), "Uncaught exception"));
  process.on("unhandledRejection", (reason) => log.error(report(reason), "Unhandled rejection"));
}

/** The first signal drains, the second ends at once. */
function stopOnSignals(log: Logger, stop: () => Promise<void>): void {
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(EXIT.failed);
      isStopping = true;
      stop().then(
        () => process.exit(EXIT.ok),
        (error) => {
          log.error({ err: error }, "Cannot stop in good order");
          process.exit(EXIT.failed);
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

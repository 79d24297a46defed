import { apiTokens } from "./api-token.ts";
import {
  address,
  directory,
  duration,
  file,
  hostNames,
  httpUrl,
  integer,
  oneOf,
  size,
  word,
  yesNo,
} from "./grammars.ts";
import { LOG_SETTINGS } from "./log-settings.ts";
import { type Setting, setting } from "./setting.ts";
import { TOOL_SETTINGS } from "./tool-settings.ts";

/** TABLE: every setting (running.md §2). Flags, environment names, defaults, `--help`, types and README follow. */
export const SETTINGS = {
  port: setting(integer({ min: 0, max: 65_535 }), {
    default: 8081,
    environment: ["PORT"],
    description: "Port to listen on; 0 takes any free one and prints it",
  }),
  host: setting(address, {
    default: "127.0.0.1",
    environment: ["HOST"],
    description:
      "Address to listen on; any but a loopback one needs --api-token, or --allow-unauthenticated to do without",
  }),
  storageDir: setting(directory, {
    default: "./storage",
    description: "Root of everything kept on disk",
  }),
  scriptsDir: setting(directory, {
    default: null,
    defaultText: "<storage-dir>/scripts",
    description: "User scripts; must not lie inside the program's own sources",
  }),
  apiToken: setting(apiTokens, {
    default: null,
    secret: true,
    description:
      "Token of the control API, alone (role admin) or as token:role or token:scope,scope; one flag, or one line of the variable, for each",
  }),
  apiTokenFile: setting(file, {
    default: null,
    secret: true,
    description: "File with further tokens in the same form, one a line; # begins a comment",
  }),
  allowUnauthenticated: setting(yesNo, {
    default: false,
    description:
      "Let a non-loopback address serve the control API without a token, behind a proxy that gates it",
  }),
  allowedHosts: setting(hostNames, {
    default: ["*.hoody.icu"],
    description:
      "Host names the control API answers while it has no token, besides localhost and IP addresses; scripts answer every Host",
  }),
  trustProxy: setting(yesNo, {
    default: false,
    description: "Honour X-Forwarded-For, -Host and -Proto from the peer",
  }),
  bodyMax: setting(size({ min: 1 }), {
    default: 10 * 1024 ** 2,
    description: "Largest request body; beyond it 413",
  }),
  bodyTimeout: setting(duration({ unlimited: true }), {
    default: 30_000,
    description: "Longest time to read a request body; then 408",
  }),
  bodiesMax: setting(size({ min: 1 }), {
    default: 256 * 1024 ** 2,
    description: "Bytes of request bodies over 64 KiB that may be on their way at once; beyond it 503",
  }),
  writeBufferMax: setting(size({ min: 1 }), {
    default: 64 * 1024 ** 2,
    description: "Bytes that res.write may have waiting for one client; one more write throws in the script",
  }),
  answerCopyMax: setting(size({ min: 1 }), {
    default: 4 * 1024 ** 2,
    description:
      "Largest text, in characters, or bytes of an answer that are copied for their client; beyond it they are sent as the client takes them, without Content-Length",
  }),
  timeoutDefault: setting(duration({ unlimited: true }), {
    default: 3_600_000,
    description: "@timeout of scripts that declare none",
  }),
  loopLimit: setting(duration({ unlimited: true }), {
    default: 2000,
    description: "Longest time a loop of a script may run without yielding; then 504. 0 lifts the limit",
  }),
  queueMax: setting(integer({ min: 0 }), {
    default: 1000,
    description: "Requests that may wait for one script with @concurrent; beyond it 503",
  }),
  vmCacheCap: setting(integer({ min: 1 }), {
    default: 1000,
    description: "Deployments with a live context; the least recently used idle one goes",
  }),
  prometheus: setting(yesNo, {
    default: true,
    description: "Answer monitor/metrics with the metrics as Prometheus reads them",
  }),
  metricsScriptsCap: setting(integer({ min: 0 }), {
    default: 1000,
    description:
      "Scripts whose requests and sockets are recorded one by one; the least recently active idle one goes. 0 records nothing",
  }),
  contextsReady: setting(integer({ min: 0 }), {
    default: 8,
    description: "Unused contexts kept ready for serverless scripts",
  }),
  scriptSizeMax: setting(size({ min: 1 }), {
    default: 512 * 1024,
    description:
      "Largest source of a script or module; a larger one does not compile. Compiling 512 KB stops everything else for up to 3 s, so data belongs into JSON files, which have no such limit",
  }),
  compiledMax: setting(integer({ min: 1 }), {
    default: 20_000,
    description: "Compiled scripts kept in memory; the least recently used goes",
  }),
  timersMax: setting(integer({ min: 1 }), {
    default: 1000,
    description: "Pending timers of one deployment; one more throws in the script",
  }),
  listenersMax: setting(integer({ min: 0 }), {
    default: 100,
    description:
      "Servers of Bun.serve and Bun.listen that one deployment may have open; one more throws in the script",
  }),
  urlCacheMax: setting(integer({ min: 0 }), {
    default: 20_000,
    description: "Request URLs whose route is remembered",
  }),
  sharedStateMax: setting(size({ min: 2 }), {
    default: 64 * 1024 ** 2,
    description: "Largest shared state of one deployment that the control API stores; beyond it 413",
  }),
  ...TOOL_SETTINGS,
  autoInstall: setting(yesNo, {
    default: true,
    description: "Install a missing npm package on the first run of the script that needs it",
  }),
  registryTimeout: setting(duration({ unlimited: false }), {
    default: 120_000,
    description: "Longest install of one package; the request that waits for it has its @timeout besides",
  }),
  installQueueMax: setting(integer({ min: 0 }), {
    default: 100,
    description: "Packages that may wait to be installed, one at a time; one more fails",
  }),
  eventQueueMax: setting(integer({ min: 1 }), {
    default: 1_000,
    description:
      "Events that may wait for one slow subscriber; further ones are lost to it, and counted. Nobody subscribes yet",
  }),
  aiUrl: setting(httpUrl, {
    default: "https://ai.hoody.icu/api/v1",
    description: "Where the AI names of scripts find an API that speaks the OpenAI protocol",
  }),
  aiDefaultModel: setting(word, {
    default: "minimax/minimax-m2.5",
    description: "Model of scripts without @ai-model",
  }),
  aiKey: setting(word, {
    default: null,
    defaultText: "container-<hash>",
    secret: true,
    description:
      "Key of scripts without @ai-key, sent to the AI provider as Bearer; the default is a tag made from the machine's name",
  }),
  schedules: setting(yesNo, {
    default: true,
    description: "Run scripts with @schedule at their times",
  }),
  schedulesTriggerAllowToken: setting(yesNo, {
    default: false,
    description: "Let schedules/trigger run scripts with @token without force",
  }),
  schedulesRunningMax: setting(integer({ min: 1 }), {
    default: 64,
    description: "Scheduled runs at once; further ones that are due wait for their turn",
  }),
  socketsMax: setting(integer({ min: 0 }), {
    default: 10_000,
    description: "Open WebSockets of the server; beyond it handshakes get 503",
  }),
  socketMessageMax: setting(size({ min: 1, max: 4_294_967_295 }), {
    default: 10 * 1024 ** 2,
    description: "Largest WebSocket message; a larger one closes the socket with 1009",
  }),
  socketBacklogMax: setting(size({ min: 1, max: 4_294_967_295 }), {
    default: 8 * 1024 ** 2,
    description: "Bytes that may wait for one slow WebSocket client; beyond it the client is cut off",
  }),
  socketIdleTimeout: setting(duration({ unlimited: true, min: 8_000, max: 960_000 }), {
    default: 120_000,
    description:
      "Silence after which a WebSocket counts as dead; shortly before it the client is pinged. 8s to 16m",
  }),
  socketCompression: setting(yesNo, {
    default: false,
    description: "Agree to permessage-deflate and compress WebSocket messages of 1 KB and more",
  }),
  drainTimeout: setting(duration({ unlimited: false }), {
    default: 5000,
    description: "Longest wait for running requests on SIGTERM, SIGINT and SIGHUP",
  }),
  stallTimeout: setting(duration({ unlimited: true }), {
    default: 5000,
    description: "Longest time without a turn of the event loop; then the server process is replaced",
  }),
  ...LOG_SETTINGS,
  logLevel: setting(oneOf("trace", "debug", "info", "warn", "error", "fatal", "silent"), {
    default: "info",
    description: "The server's own log: JSON lines on stdout, pretty on a terminal",
  }),
} as const;

/** Name of a row of {@link SETTINGS}: the flag in camelCase. */
export type SettingName = keyof typeof SETTINGS;

/** The names in the order of the table. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The value of each setting after reading; a derived one is filled in by {@link loadConfig}. */
export type SettingValues = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never;
};

/** `bodyMax` → `--body-max`. */
export function toFlag(name: SettingName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `bodyMax` → `EXEC_BODY_MAX`, then the names accepted besides it. */
export function toEnvironmentNames(name: SettingName): readonly string[] {
  const row: Setting<never> = SETTINGS[name] as Setting<never>;
  return [
    `EXEC_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    ...(row.environment ?? []),
  ];
}

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { ConfigError } from "../../../src/config/config-error.ts";
import { isLoopback, loadConfig } from "../../../src/config/load.ts";

const ELSEWHERE = "/srv/elsewhere";
const SECRET = "s3cret-0123456789";
const OTHER = "0ther-0123456789";
const load = (argv: readonly string[], env: Record<string, string> = {}) => loadConfig(argv, env, ELSEWHERE);

function refusal(argv: readonly string[], env: Record<string, string> = {}): string {
  try {
    load(argv, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error(`Expected a refusal of ${argv.join(" ")}`);
}

describe("precedence", () => {
  test("nothing given means the documented defaults", () => {
    expect(load([])).toMatchObject({
      port: 8081,
      host: "127.0.0.1",
      bodyMax: 10_485_760,
      bodyTimeout: 30_000,
      timeoutDefault: 3_600_000,
      drainTimeout: 5000,
      vmCacheCap: 1000,
      logLevel: "info",
      allowUnauthenticated: false,
      trustProxy: false,
      production: false,
    });
  });

  test("a flag beats its environment variable, which beats the default", () => {
    expect(load([], { EXEC_PORT: "1" }).port).toBe(1);
    expect(load(["--port", "2"], { EXEC_PORT: "1" }).port).toBe(2);
  });

  test("PORT and HOST are accepted, and EXEC_PORT beats PORT", () => {
    expect(load([], { PORT: "3", HOST: "127.0.0.2" })).toMatchObject({ port: 3, host: "127.0.0.2" });
    expect(load([], { PORT: "3", EXEC_PORT: "4" }).port).toBe(4);
  });

  test("an empty environment variable counts as absent", () => {
    expect(load([], { EXEC_PORT: "", PORT: "" }).port).toBe(8081);
  });

  test("the last of a repeated flag wins", () => {
    expect(load(["--port", "1", "--port=2"]).port).toBe(2);
  });

  test("repeated host names add up", () => {
    expect(load(["--allowed-hosts", "a.example", "--allowed-hosts", "*.b.example,c"]).allowedHosts).toEqual([
      "a.example",
      "*.b.example",
      "c",
    ]);
  });
});

describe("forms", () => {
  test("--flag value and --flag=value mean the same", () => {
    expect(load(["--body-max=1kb"]).bodyMax).toBe(1024);
    expect(load(["--body-max", "1kb"]).bodyMax).toBe(1024);
  });

  test("a yes/no flag may stand alone, also before another flag", () => {
    const config = load(["--trust-proxy", "--port", "1"]);
    expect(config).toMatchObject({ trustProxy: true, port: 1 });
  });

  test.each([
    ["on", true],
    ["true", true],
    ["off", false],
    ["false", false],
  ])("a yes/no flag takes the word %s", (word, expected) => {
    expect(load(["--trust-proxy", word]).trustProxy).toBe(expected);
    expect(load([`--trust-proxy=${word}`]).trustProxy).toBe(expected);
    expect(load([], { EXEC_TRUST_PROXY: word }).trustProxy).toBe(expected);
  });

  test.each([
    ["250", 250],
    ["5s", 5000],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
    ["100d", 2_147_483_647],
    ["unlimited", 0],
    ["none", 0],
    ["0", 0],
  ])("a duration of %s is %d ms", (text, ms) => {
    expect(load(["--timeout-default", text]).timeoutDefault).toBe(ms);
  });

  test.each([
    ["500", 500],
    ["2b", 2],
    ["10 kb", 10_240],
    ["1.5MB", 1_572_864],
    ["1gb", 1_073_741_824],
  ])("a size of %s is %d bytes", (text, bytes) => {
    expect(load(["--body-max", text]).bodyMax).toBe(bytes);
  });

  test.each([
    ["8s", 8_000],
    ["16m", 960_000],
    ["unlimited", 0],
    ["0", 0],
  ])("a silence of %s is %d ms", (text, ms) => {
    expect(load(["--socket-idle-timeout", text]).socketIdleTimeout).toBe(ms);
  });

  test.each([
    ["https://ai.example/v1", "https://ai.example/v1"],
    ["http://127.0.0.1:1234//", "http://127.0.0.1:1234"],
  ])("the URL %s is read without slashes at its end", (text, url) => {
    expect(load(["--ai-url", text]).aiUrl).toBe(url);
  });

  test("NODE_ENV=production turns production on", () => {
    expect(load([], { NODE_ENV: "production" }).production).toBe(true);
  });
});

describe("refusals are one line with flag, value and what is accepted", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["an unknown flag", ["--colour", "red"], ["--colour", "--help"]],
    ["a word that is no flag", ["serve"], ["serve", "--help"]],
    ["a port beyond its range", ["--port", "70000"], ["--port", "70000", "0 to 65535"]],
    ["a port that is no number", ["--port", "1e3"], ["--port", "1e3"]],
    ["an unknown unit", ["--body-max", "10 apples"], ["--body-max", "10 apples", "mb"]],
    [
      "a silence that the runtime cannot count",
      ["--socket-idle-timeout", "17m"],
      ["--socket-idle-timeout", "17m", "from 8000 to 960000 ms"],
    ],
    ["a silence that is too short", ["--socket-idle-timeout", "7s"], ["--socket-idle-timeout", "7s"]],
    [
      "a message of 4 GB",
      ["--socket-message-max", "4gb"],
      ["--socket-message-max", "4gb", "at most 4294967295"],
    ],
    ["an endless drain", ["--drain-timeout", "unlimited"], ["--drain-timeout", "unlimited"]],
    ["an unknown word", ["--log-level", "loud"], ["--log-level", "loud", "info"]],
    ["a flag without its value", ["--port"], ["--port", "whole number"]],
    ["a flag whose value is another flag", ["--storage-dir", "--port=1"], ["--storage-dir", "directory"]],
    ["an empty value", ["--storage-dir="], ["--storage-dir"]],
    ["a yes/no flag with another word", ["--trust-proxy=maybe"], ["--trust-proxy", "maybe", "on, off"]],
    ["a word after a yes/no flag", ["--trust-proxy", "maybe"], ["--trust-proxy", "maybe", "on, off"]],
    ["a list of no names", ["--allowed-hosts", ","], ["--allowed-hosts"]],
    ["a URL without a protocol", ["--ai-url", "ai.example/v1"], ["--ai-url", "ai.example/v1", "http"]],
    ["a URL of a file", ["--ai-url", "file:///v1"], ["--ai-url", "http or https"]],
    ["a URL with a query", ["--ai-url", "http://a/v1?b=c"], ["--ai-url", "without query"]],
    ["a URL with a password", ["--ai-url", "http://me:secret@a/v1"], ["--ai-url", "and password"]],
    ["a model's name with a space", ["--ai-default-model", "a b"], ["--ai-default-model", "a b"]],
    ["a key with a line in it", ["--ai-key", "a\nb"], ["--ai-key", "visible ASCII"]],
  ])("%s", (_name, argv, texts) => {
    const message = refusal(argv);
    expect(message).not.toContain("\n");
    for (const text of texts) expect(message).toContain(text);
  });

  test("an unusable environment variable is named by its own name", () => {
    expect(refusal([], { PORT: "x" })).toStartWith('Cannot use PORT "x"');
  });
});

describe("tokens", () => {
  const rolesOf = (argv: readonly string[], env: Record<string, string> = {}) =>
    load(argv, env).apiTokens.map(({ scopes }) => scopes.has("admin"));

  test("none is the default", () => {
    expect(load([])).toMatchObject({ apiTokens: [], warnings: [] });
  });

  test("a repeated flag adds up, in both forms, and scopes may stand in a list", () => {
    const argv = ["--api-token", SECRET, `--api-token=${OTHER}:scripts:read,jobs:read`];
    expect(rolesOf(argv)).toEqual([true, false]);
  });

  test("the variable holds one a line, and the flag wins over it", () => {
    const env = { EXEC_API_TOKEN: `${SECRET}:read\n${OTHER}\n` };
    expect(rolesOf([], env)).toEqual([false, true]);
    expect(rolesOf(["--api-token", OTHER], env)).toEqual([true]);
  });

  test("a short one is warned about without showing it", () => {
    const { warnings } = load(["--api-token", "s3cret", "--api-token", SECRET]);
    expect(warnings).toEqual([
      "1 of 2 tokens of the control API have fewer than 16 characters: they could be guessed",
    ]);
  });

  test.each<[string, readonly string[], Record<string, string>]>([
    ["an unknown role", ["--api-token", `${SECRET}:chief`], {}],
    ["an unknown scope", [`--api-token=${SECRET}:scripts:run`], {}],
    ["an empty role", ["--api-token", `${SECRET}:`], {}],
    ["an empty token", ["--api-token", ":read"], {}],
    ["two words in one flag", ["--api-token", `${SECRET} ${OTHER}`], {}],
    ["a control character", ["--api-token", `${SECRET}\u0007`], {}],
    ["letters beyond ASCII", ["--api-token", `${SECRET}\u00e9`], {}],
    ["a bad line of the variable", [], { EXEC_API_TOKEN: `${OTHER}\n${SECRET}:chief` }],
    ["one token twice", ["--api-token", SECRET, "--api-token", `${SECRET}:read`], {}],
    ["a second word behind the flag", ["--api-token", OTHER, SECRET], {}],
    ["a misspelled flag", [`--api-tokens=${SECRET}`], {}],
    ["another misspelled flag", ["-api-token", SECRET], {}],
    ["an empty flag", ["--api-token="], {}],
    ["a flag without its value", ["--api-token", "--port=1"], {}],
  ])("%s is refused in one line that shows nothing of it", (_name, argv, env) => {
    const message = refusal(argv, env);
    expect(message).toMatch(/api-token|API_TOKEN/);
    expect(message).not.toContain("\n");
    for (const text of [SECRET, OTHER, "chief", "run"]) expect(message).not.toContain(text);
  });

  test("a file that cannot be read is named", () => {
    expect(refusal(["--api-token-file", "none"])).toStartWith(
      `Cannot use --api-token-file "${ELSEWHERE}/none": accepted is a readable file`,
    );
  });
});

describe("where it listens", () => {
  test.each(["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])("%s needs no further flag", (host) => {
    expect(() => load(["--host", host])).not.toThrow();
  });

  test.each(["0.0.0.0", "::", "192.168.1.2", "example.com"])(
    "%s needs a token, or the word that it does without",
    (host) => {
      const message = refusal(["--host", host]);
      for (const text of [host, "--api-token", "--allow-unauthenticated"]) expect(message).toContain(text);
      expect(message).not.toContain("\n");
      expect(load(["--host", host, "--allow-unauthenticated"]).host).toBe(host);
      expect(load(["--host", host, "--api-token", SECRET]).host).toBe(host);
      expect(load(["--host", host], { EXEC_API_TOKEN: SECRET }).host).toBe(host);
    },
  );

  test("an empty token variable is no token", () => {
    expect(refusal(["--host", "0.0.0.0"], { EXEC_API_TOKEN: "", EXEC_API_TOKEN_FILE: "" })).toContain(
      "--host",
    );
  });

  test("a name that only begins like a loopback address is none", () => {
    expect(isLoopback("127.0.0.1.example.com")).toBe(false);
    expect(isLoopback("localhost.example.com")).toBe(false);
  });
});

describe("directories", () => {
  const program = join(import.meta.dir, "../../..");

  test("scripts lie below the storage directory unless said otherwise", () => {
    expect(load([])).toMatchObject({
      storageDir: `${ELSEWHERE}/storage`,
      scriptsDir: `${ELSEWHERE}/storage/scripts`,
      logsDir: `${ELSEWHERE}/storage/logs`,
    });
    expect(load(["--storage-dir", "/data"]).scriptsDir).toBe("/data/scripts");
    expect(load(["--scripts-dir", "mine"]).scriptsDir).toBe(`${ELSEWHERE}/mine`);
  });

  test.each(["src", "scripts", "test/support", "node_modules", ".", "..", "/"])(
    "scripts are never read from %s of the program",
    (folder) => {
      const argv = ["--scripts-dir", folder === "/" ? "/" : join(program, folder)];
      expect(refusal(argv)).toContain("--scripts-dir");
    },
  );

  test.each(["storage", "storage/logs", "storage/logs/mine", "."])(
    "scripts in %s would lie with the logs, and are refused",
    (folder) => {
      expect(refusal(["--scripts-dir", folder])).toContain("apart from the logs");
    },
  );

  test("the default storage inside the program's folder is accepted", () => {
    expect(loadConfig([], {}, program).scriptsDir).toBe(join(program, "storage/scripts"));
  });
});

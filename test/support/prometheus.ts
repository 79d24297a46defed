import { join } from "node:path";
import { type Found, findOrInstall } from "./debian-package.ts";
import { tempDir } from "./temp-dir.ts";
import { until } from "./until.ts";

/** A series as Prometheus has stored it. */
export interface StoredSeries {
  readonly name: string;
  /** Those of the exposition: without `job` and `instance`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus that scrapes one server; ended by `await using`. */
export interface Prometheus extends AsyncDisposable {
  /** Series whose last sample matches a selector. */
  query(selector: string): Promise<readonly StoredSeries[]>;
  /** Waits for one more complete scrape, begun after the call. @throws {Error} When the target cannot be scraped. */
  nextScrape(): Promise<void>;
}

/** How often it scrapes, and how long it waits for an answer, in milliseconds: a busy machine may take its time. */
const INTERVAL_MS = 1_000;

/** Finds the programs of Debian's package `prometheus`, and installs it where that is allowed. */
export function findPrometheus(): Promise<Found<{ readonly server: string; readonly promtool: string }>> {
  return findOrInstall("prometheus", () => {
    const [server, promtool] = [Bun.which("prometheus"), Bun.which("promtool")];
    return server === null || promtool === null ? null : { server, promtool };
  });
}

/**
 * Starts one on any free port.
 *
 * @param program Path of the server's program.
 * @param target Address of the server to scrape, and the path.
 */
export async function startPrometheus(
  program: string,
  target: { readonly url: string; readonly path: string },
): Promise<Prometheus> {
  const directory = await tempDir();
  await directory.write({
    "prometheus.yml": JSON.stringify({
      global: { scrape_interval: `${INTERVAL_MS}ms`, scrape_timeout: `${INTERVAL_MS}ms` },
      scrape_configs: [
        {
          job_name: "hoody-exec",
          metrics_path: target.path,
          static_configs: [{ targets: [new URL(target.url).host] }],
        },
      ],
    }),
  });
  const child = Bun.spawn(
    [
      program,
      `--config.file=${join(directory.path, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(directory.path, "data")}`,
      "--web.listen-address=127.0.0.1:0",
    ],
    { stdout: "ignore", stderr: "pipe" },
  );
  let log = "";
  const reading = (async () => {
    for await (const chunk of child.stderr) log += new TextDecoder().decode(chunk);
  })();
  const end = async () => {
    child.kill("SIGKILL"); // Its data are thrown away, so nothing has to be saved.
    await child.exited;
    await reading;
    await directory[Symbol.asyncDispose]();
  };
  const ask = async (path: string) => (await (await fetch(`${address}${path}`)).json()) as { data: unknown };
  const readTarget = async () => {
    const { data } = await ask("/api/v1/targets?state=active");
    const { activeTargets } = data as {
      activeTargets: readonly { lastScrape: string; health: string; lastError: string }[];
    };
    return activeTargets[0];
  };
  let address = "";
  try {
    await until(
      () => log,
      (text) => text.includes("Server is ready to receive web requests"),
    );
    address = `http://${/Listening on" address=(\S+)/.exec(log)?.[1]}`;
  } catch (error) {
    await end();
    throw new Error(`Prometheus did not start: ${log}`, { cause: error });
  }
  return {
    async query(selector) {
      const { data } = await ask(`/api/v1/query?query=${encodeURIComponent(selector)}`);
      const { result } = data as {
        result: readonly { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(
        ({ metric: { __name__: name = "", job: _job, instance: _instance, ...labels }, value }) => ({
          ...{ name, labels },
          value: Number(value[1]),
        }),
      );
    },
    async nextScrape() {
      // The one after it: this one is reported a moment before it is stored.
      const sinceMs = Date.now() + INTERVAL_MS;
      await until(readTarget, (seen) => seen?.health === "up" && Date.parse(seen.lastScrape) > sinceMs);
    },
    [Symbol.asyncDispose]: end,
  };
}

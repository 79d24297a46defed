import type { Logger } from "pino";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/load.ts";
import type { ScriptStore } from "../scripts/store.ts";
import type { SdkImporter } from "./importer.ts";
import { SdkStore } from "./sdk-store.ts";

/** Imported APIs: where they are kept, and what imports them. */
export class Sdks {
  readonly store: SdkStore;
  readonly #config: Config;
  #importer: Promise<SdkImporter> | null = null;

  constructor(
    config: Config,
    services: { readonly scripts: ScriptStore; readonly clock: Clock; readonly log: Pick<Logger, "warn"> },
  ) {
    this.store = new SdkStore(services);
    this.#config = config;
  }

  /** Loaded on first use: few servers ever import anything, and it costs 2 MB. */
  importer(): Promise<SdkImporter> {
    this.#importer ??= this.#load();
    return this.#importer;
  }

  async #load(): Promise<SdkImporter> {
    const [{ SdkImporter }, { SourceFetcher }] = await Promise.all([
      import("./importer.ts"),
      import("./source-fetcher.ts"),
    ]);
    const {
      sdkImportAllowLocal: allowLocal,
      sdkDocumentMax,
      sdkFetchTimeout,
      sdkOperationsMax,
      sdkImportsMax,
    } = this.#config;
    return new SdkImporter({
      store: this.store,
      fetcher: new SourceFetcher({ bytesMax: sdkDocumentMax, timeoutMs: sdkFetchTimeout, allowLocal }),
      allowLocal,
      operationsMax: sdkOperationsMax,
      importsMax: sdkImportsMax,
    });
  }
}

import { redactUrl } from "../base/redact.ts";
import { editDirectives } from "../directives/edit.ts";
import { ExecError } from "../errors/exec-error.ts";
import { parseDocument, unusable } from "./document.ts";
import type { ImportSummary } from "./import-plan.ts";
import { type ApiOperation, readOperations } from "./operations.ts";
import { toProxyFiles } from "./proxy-scripts.ts";
import type { NoteChange, SdkStore } from "./sdk-store.ts";
import type { SourceFetcher } from "./source-fetcher.ts";
import { parseSourceUrl, reasonAgainst } from "./source-url.ts";

/** What the scripts of an import declare unless the caller says otherwise (magic-comments.md §3). */
const HEADER = "// @mode serverless\n// @timeout 30000\n// @log-level standard\n";

/** Names of servers that one document may have: each is asked for. */
const SERVERS_MAX = 20;

/** What to import. */
export interface ImportRequest {
  /** Exec id in `default`. */
  readonly id: string;
  readonly sourceUrl: string;
  readonly auth: SourceAuth | null;
  readonly pre: string | null;
  readonly post: string | null;
  /** Directives of the scripts by name, over those they have anyway. */
  readonly magicComments: Readonly<Record<string, unknown>>;
  /** Whether edited files are replaced. */
  readonly force: boolean;
  readonly note: NoteChange;
}

/** How the source is asked; used once and kept nowhere. */
export type SourceAuth =
  | { readonly type: "bearer"; readonly token: string }
  | { readonly type: "basic"; readonly username: string; readonly password: string };

/** What an import has done. */
export interface ImportResult {
  readonly summary: ImportSummary;
  /** The source as it may be shown. */
  readonly sourceUrl: string;
}

/** Collaborators of an {@link SdkImporter}. */
export interface SdkImporterOptions {
  readonly store: SdkStore;
  readonly fetcher: SourceFetcher;
  readonly allowLocal: boolean;
  readonly operationsMax: number;
  /** Imports at once. */
  readonly importsMax: number;
}

/** Turns the OpenAPI document of an API into scripts that pass requests on to it. */
export class SdkImporter {
  readonly #options: SdkImporterOptions;
  #running = 0;

  constructor(options: SdkImporterOptions) {
    this.#options = options;
  }

  /**
   * Fetches a document and writes its scripts; all or nothing, as far as edited files decide.
   *
   * @throws {ExecError} `invalidInput`, `sourceUnavailable`, `sourceUnusable`, `sdkEdited`, `importsFull`, `storageFailed`.
   */
  async import(request: ImportRequest): Promise<ImportResult> {
    const { allowLocal, importsMax } = this.#options;
    const url = parseSourceUrl(request.sourceUrl, allowLocal);
    const { source, after } = editDirectives(HEADER, request.magicComments);
    if (this.#running >= importsMax)
      throw new ExecError("importsFull", undefined, { limit: "sdkImportsMax" });
    this.#running++;
    try {
      const { operations, skipped } = await this.#read(url, request.auth);
      const { pre, post } = request;
      const files = toProxyFiles(operations, {
        header: source,
        isDescribed: after.description !== undefined,
        pre,
        post,
      });
      const sourceUrl = redactUrl(url.href);
      const { force, note } = request;
      return {
        summary: await this.#options.store.replace(request.id, files, { sourceUrl, skipped, force, note }),
        sourceUrl,
      };
    } finally {
      this.#running--;
    }
  }

  async #read(url: URL, auth: SourceAuth | null) {
    const { fetcher, allowLocal, operationsMax } = this.#options;
    const fetched = await fetcher.fetch(url, auth === null ? null : toAuthorization(auth));
    const found = readOperations(parseDocument(fetched.text), {
      sourceUrl: fetched.url,
      operationsMax,
      reasonAgainstServer: (server) => reasonAgainst(server, allowLocal),
    });
    await this.#refuseOwnNetwork(found.operations);
    return found;
  }

  /** A document may name any server: the scripts must not become a way into this machine's network. */
  async #refuseOwnNetwork(operations: readonly ApiOperation[]): Promise<void> {
    const names = new Set(operations.map(({ server }) => new URL(server).hostname));
    if (names.size > SERVERS_MAX) throw unusable(`it has more than ${SERVERS_MAX} servers`);
    const { fetcher } = this.#options;
    await Promise.all(
      [...names].map(async (name) => {
        if (!(await fetcher.isPublicName(name)))
          throw unusable(`its server "${name}" leads to an address that is not public`);
      }),
    );
  }
}

/** @see RFC 6750 §2.1, RFC 7617 §2 */
function toAuthorization(auth: SourceAuth): string {
  if (auth.type === "bearer") return `Bearer ${auth.token}`;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
}

import { toRecord } from "../../base/record.ts";
import type { Execution } from "../execution.ts";

/** `metadata` of a script (script-runtime.md §5). */
export interface ScriptMetadata {
  readonly executionId: string;
  /** Route parameters, and the query keys that do not collide with them. */
  readonly parameters: Parameters;
  /** Query of the URL with the route parameters over it; the last of repeated keys wins. */
  readonly query: Parameters;
  readonly path: string;
  readonly method: string;
  readonly url: string;
  readonly clientIp: string;
  readonly hostname: string;
  readonly subdomain: string;
  readonly execId: string;
  /** Relative to the scripts root. */
  readonly scriptPath: string;
  readonly routePattern: string;
  readonly headers: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly projectId?: string;
  readonly containerId?: string;
  /** Whether the script has a `@token`: a credential of the caller is then meant for this server. */
  readonly hasToken: boolean;
  readonly trigger: "http" | "cron" | "job" | "websocket";
}

type Parameters = Readonly<Record<string, string | string[]>>;

/** TABLE: member → how it is found; those that are undefined are left out. */
const MEMBERS: { readonly [Name in keyof Required<ScriptMetadata>]: (execution: Execution) => unknown } = {
  executionId: (execution) => execution.id,
  parameters: toParameters,
  query: toParameters,
  path: (execution) => execution.path,
  method: ({ method }) => method,
  url: (execution) => execution.pathAndQuery,
  clientIp: (execution) => execution.clientIp,
  hostname: ({ endpoint }) => endpoint.hostname,
  subdomain: ({ endpoint }) => endpoint.deployment.subdomain,
  execId: ({ endpoint }) => endpoint.deployment.execId,
  scriptPath: ({ endpoint }) => endpoint.match.file,
  routePattern: ({ endpoint }) => endpoint.match.routePattern,
  headers: ({ request }) => request.headers.toJSON(),
  timestamp: () => new Date().toISOString(),
  projectId: ({ endpoint }) => endpoint.deployment.projectId ?? undefined,
  containerId: ({ endpoint }) => endpoint.deployment.containerId ?? undefined,
  // Of a script that has changed while this ran, nobody knows: better a credential too few is handed on.
  hasToken: ({ endpoint }) => endpoint.unit.loaded?.compiled.directives.effective.tokens.length !== 0,
  trigger: ({ trigger }) => trigger,
};

/** Describes an execution as a plain object, which can be spread, listed and serialised. */
export function createMetadata(execution: Execution): ScriptMetadata {
  const metadata: Record<string, unknown> = {};
  for (const [name, find] of Object.entries(MEMBERS)) {
    const value = find(execution);
    if (value !== undefined) metadata[name] = value;
  }
  return metadata as unknown as ScriptMetadata;
}

/**
 * The same for a script that only reads members by name: each is found when it is read, since all together cost as
 * much as the rest of a simple request.
 */
export function createMetadataReader(execution: Execution): ScriptMetadata {
  return new MetadataReader(execution) as unknown as ScriptMetadata;
}

class MetadataReader {
  readonly _execution: Execution;

  constructor(execution: Execution) {
    this._execution = execution;
  }
}

for (const [name, find] of Object.entries(MEMBERS)) {
  Object.defineProperty(MetadataReader.prototype, name, {
    get(this: { _execution: Execution }) {
      const value = find(this._execution);
      keep(this, name, value);
      return value;
    },
    set(this: object, value: unknown) {
      keep(this, name, value);
    },
  });
}
Object.defineProperty(MetadataReader.prototype, "constructor", { value: undefined });
Object.freeze(MetadataReader.prototype);

function keep(reader: object, name: string, value: unknown): void {
  Object.defineProperty(reader, name, { value, writable: true, enumerable: true, configurable: true });
}

function toParameters(execution: Execution): Parameters {
  const { parameters } = execution.endpoint.match;
  return execution.query === ""
    ? { ...parameters }
    : { ...toRecord(new URLSearchParams(execution.query)), ...parameters };
}

import { GROUPS } from "./generated/groups.ts";
import { type CallOptions, type ClientConfig, respond } from "./request.ts";

/** Which container a client talks to, for servers behind a proxy that tells them apart by hostname. */
export interface Container {
  readonly containerId: string;
  readonly projectId?: string;
  readonly node?: string;
  /** Deployment of its scripts; `1` when left out. */
  readonly execId?: string;
}

/** How a client finds its server. */
export interface HoodyClientConfig extends ClientConfig {
  /**
   * Address of a container's server, with the placeholders `{containerId}`, `{projectId}`, `{node}` and `{execId}`, such as
   * `https://{projectId}-{containerId}-exec-{execId}.{node}.example.com`. Without it every container is at `baseUrl`.
   */
  readonly containerUrl?: string;
}

/**
 * The typed client of the control API: `client.exec.<group>.<method>(…)`, path parameters first, then the body, then the
 * query. Methods answer the success body and throw an `ExecApiError` for anything else.
 */
export class HoodyClient {
  readonly exec: ExecApi;
  readonly #config: HoodyClientConfig;

  constructor(config: HoodyClientConfig) {
    if (typeof config?.baseUrl !== "string") throw new TypeError("HoodyClient needs { baseUrl }");
    this.#config = config;
    this.exec = createExecApi(config);
  }

  /** A client of one container's server; asynchronous, because finding a container may take a call. */
  async withContainer(container: string | Container): Promise<HoodyClient> {
    const { containerUrl, baseUrl } = this.#config;
    const values = {
      execId: "1",
      ...(typeof container === "string" ? { containerId: container } : container),
    };
    return new HoodyClient({ ...this.#config, baseUrl: containerUrl ? fill(containerUrl, values) : baseUrl });
  }
}

/** The methods of every group, and `execution` for the scripts themselves. */
export type ExecApi = {
  readonly [G in keyof Groups]: { readonly [M in keyof Groups[G]]: Method<Groups[G][M]> };
} & {
  readonly execution: {
    /**
     * Calls a script.
     *
     * @param path Of the script, with or without a leading slash; a query may follow.
     * @returns Its answer, whatever the status.
     */
    readonly call: (path: string, init?: RequestInit) => Promise<Response>;
  };
};

type Groups = typeof GROUPS;

/** A generated function without its last parameter, which says by whom the call is made. */
type Method<F> = F extends (...args: infer Args) => infer Answer
  ? (...args: WithoutOptions<Args>) => Answer
  : never;

/** Parameters but the options, which are optional and last; generated functions have four at most. */
type WithoutOptions<A extends unknown[]> = Required<A>["length"] extends 1
  ? []
  : Required<A>["length"] extends 2
    ? Head<A, [A[0]]>
    : Required<A>["length"] extends 3
      ? Head<A, [A[0], A[1]]>
      : Head<A, [A[0], A[1], A[2]]>;

/** The first parameters, each as optional as it was. */
type Head<A extends unknown[], Taken extends unknown[]> = A extends [...Taken, ...unknown[]]
  ? Taken
  : Taken extends [...infer Before, infer Last]
    ? [...Head<A, Before>, Last?]
    : [];

/** Binds the generated functions to one server. */
function createExecApi(config: ClientConfig): ExecApi {
  const groups = Object.entries(GROUPS).map(([group, methods]) => [group, bindAll(methods, { config })]);
  const call = (path: string, init: RequestInit = {}) =>
    respond(`/${path.replace(/^\/+/, "")}`, { ...init, config });
  return { ...Object.fromEntries(groups), execution: { call } };
}

/** Options are the last of a generated function's parameters, however many of the others are given. */
function bindAll(methods: object, options: CallOptions): object {
  const bound = Object.entries(methods).map(([name, method]: [string, (...args: unknown[]) => unknown]) => {
    const others = method.length - 1;
    return [
      name,
      (...args: unknown[]) => method(...Array.from({ length: others }, (_, at) => args[at]), options),
    ];
  });
  return Object.fromEntries(bound);
}

/** @throws {TypeError} For a placeholder without a value. */
function fill(template: string, values: object): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = (values as Record<string, string | undefined>)[name];
    if (value === undefined) throw new TypeError(`withContainer needs ${name}`);
    return value;
  });
}

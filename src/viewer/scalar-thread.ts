import scalar from "@scalar/fastify-api-reference";
import { SCALAR_FILE, type ScalarMessage } from "./scalar-build.ts";

/*
 * Runs in a thread of its own and once. The package brings Scalar's browser build as one string inside a plugin for Fastify,
 * which asks its host to serve it: here the host keeps it, compresses it and hands it over. Loading it costs 200 ms and
 * 50 MB, which go with the thread.
 */

declare const self: { postMessage(message: ScalarMessage, transfer: readonly unknown[]): void };

/** The little that the plugin asks of Fastify. */
interface Route {
  readonly url: string;
  handler(request: null, reply: { header(): unknown; send(content: string): string }): string;
}

const routes: Route[] = [];
const host = { initialConfig: {}, hasPlugin: () => false, route: (route: Route) => void routes.push(route) };
const plugin = scalar as unknown as (host: unknown, options: unknown, done: () => void) => void;
plugin(host, { routePrefix: "/", configuration: { url: "/" } }, () => undefined);

const reply = { header: () => reply, send: (content: string) => content };
const source = routes.find(({ url }) => url.endsWith(`/${SCALAR_FILE}`))?.handler(null, reply) ?? "";
const gzipped = Bun.gzipSync(Buffer.from(source));
self.postMessage({ gzipped, isEmpty: source === "" }, [gzipped.buffer]);

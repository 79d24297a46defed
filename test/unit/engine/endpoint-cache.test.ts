import { expect, test } from "bun:test";
import type { Endpoint } from "../../../src/engine/endpoint.ts";
import { EndpointCache } from "../../../src/engine/endpoint-cache.ts";

const ENDPOINT = { hostname: "a" } as Endpoint;

function cacheOf(urlsMax: number): { readonly cache: EndpointCache; readonly routes: { version: number } } {
  const routes = { version: 1 };
  const cache = new EndpointCache(routes, urlsMax);
  cache.find("");
  return { cache, routes };
}

test("a URL is found again with another query", () => {
  const { cache } = cacheOf(10);
  cache.remember("http://a/b?c=1", ENDPOINT);
  expect(cache.find("http://a/b?c=2")).toBe(ENDPOINT);
  expect(cache.find("http://a/b")).toBe(ENDPOINT);
});

test("a change of the routes forgets all", () => {
  const { cache, routes } = cacheOf(10);
  cache.remember("http://a/b", ENDPOINT);
  routes.version++;
  expect(cache.find("http://a/b")).toBeUndefined();
});

test("the oldest goes when there are too many, and is counted", () => {
  const { cache } = cacheOf(2);
  for (const path of ["1", "2", "3"]) cache.remember(`http://a/${path}`, ENDPOINT);
  expect(["1", "2", "3"].map((path) => cache.find(`http://a/${path}`) !== undefined)).toEqual([
    false,
    true,
    true,
  ]);
  expect(cache.evicted).toBe(1);
});

test("neither long URLs nor any, when none may be, are remembered", () => {
  const { cache } = cacheOf(10);
  const long = `http://a/${"b".repeat(2_000)}`;
  cache.remember(long, ENDPOINT);
  expect(cache.find(long)).toBeUndefined();
  const none = cacheOf(0).cache;
  none.remember("http://a/b", ENDPOINT);
  expect(none.find("http://a/b")).toBeUndefined();
});

import { expect, test } from "bun:test";
import { SdkImporter } from "../../../src/sdk/importer.ts";

test("the servers of a document are asked for all at once, so that slow names add up to one wait", async () => {
  const asked: string[] = [];
  const { promise: allAsked, resolve } = Promise.withResolvers<void>();
  const names = Array.from({ length: 20 }, (_, at) => `api${at}.example.com`);
  const document = {
    openapi: "3.0.3",
    paths: Object.fromEntries(
      names.map((name) => [`/${name}`, { get: {}, servers: [{ url: `https://${name}` }] }]),
    ),
  };
  const importer = new SdkImporter({
    fetcher: {
      fetch: async (url: URL) => ({ text: JSON.stringify(document), url }),
      isPublicName: async (name: string) => {
        if (asked.push(name) === names.length) resolve();
        await allAsked;
        return name !== "api7.example.com";
      },
    } as never,
    store: {} as never,
    allowLocal: false,
    operationsMax: 100,
    importsMax: 1,
  });
  const request = {
    ...{ id: "api", sourceUrl: "https://docs.example.com/openapi.json", auth: null, pre: null, post: null },
    ...{ magicComments: {}, force: false, note: () => undefined },
  };
  expect(importer.import(request)).rejects.toThrow(
    '"api7.example.com" leads to an address that is not public',
  );
  await allAsked;
  expect(asked).toEqual(names);
});

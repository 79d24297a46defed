import { describe, expect, test } from "bun:test";
import { SourceFetcher, type SourceFetcherOptions } from "../../../src/sdk/source-fetcher.ts";
import { tempDir } from "../../support/temp-dir.ts";

/** What a name leads to in these tests. */
const lookup = (addresses: Readonly<Record<string, readonly string[]>>) => async (name: string) => {
  const found = addresses[name];
  if (found === undefined) throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
  return found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
};

const fetcher = (options: Partial<SourceFetcherOptions>) =>
  new SourceFetcher({ bytesMax: 1000, timeoutMs: 2000, allowLocal: false, ...options });

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "none",
    (error: Error) => error.message,
  );

describe("a name that leads to an address that is not public", () => {
  test.each([["127.0.0.1"], ["::1"], ["169.254.169.254"], ["10.0.0.1"], ["::ffff:127.0.0.1"]])(
    "%s is not called",
    async (address) => {
      const local = fetcher({ lookup: lookup({ "api.example.com": ["93.184.216.34", address] }) });
      expect(await failureOf(local.fetch(new URL("https://api.example.com/x.json"), null))).toBe(
        "Cannot fetch the source: its name leads to an address that is not public",
      );
      expect(await local.isPublicName("api.example.com")).toBe(false);
    },
  );

  test("a name that does not resolve is told apart, and has nothing behind it", async () => {
    const none = fetcher({ lookup: lookup({}) });
    expect(await failureOf(none.fetch(new URL("https://api.example.com/x.json"), null))).toBe(
      "Cannot fetch the source: its name does not resolve",
    );
    expect(await none.isPublicName("api.example.com")).toBe(true);
  });
});

describe("over a real connection", () => {
  test("the address that was looked at is the one that is connected, with the name in Host", async () => {
    let lookups = 0;
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ headers }) => new Response(headers.get("host")),
    });
    const local = fetcher({
      allowLocal: true,
      lookup: async () => [{ address: ++lookups === 1 ? "127.0.0.1" : "192.0.2.1", family: 4 }],
    });
    const { text } = await local.fetch(new URL(`http://api.example.test:${server.port}/x.json`), null);
    expect([text, lookups]).toEqual([`api.example.test:${server.port}`, 1]);
  });

  test("credentials follow a redirect to the same origin, and no other", async () => {
    const seen: string[] = [];
    const note = (request: Request) =>
      void seen.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
    await using other = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        note(request);
        return new Response("{}");
      },
    });
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        note(request);
        return Response.redirect(request.url.endsWith("/1.json") ? "/2.json" : `${other.url.href}3.json`);
      },
    });
    const { url } = await fetcher({ allowLocal: true }).fetch(
      new URL(`${server.url.href}1.json`),
      "Bearer x",
    );
    expect(seen).toEqual(["/1.json Bearer x", "/2.json Bearer x", "/3.json null"]);
    expect(url.href).toBe(`${other.url.href}3.json`);
  });

  test("a document over the limit is given up while it arrives", async () => {
    const { promise: cancelled, resolve } = Promise.withResolvers<void>();
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () =>
        new Response(
          new ReadableStream({
            pull: (stream) => stream.enqueue(new Uint8Array(600)),
            cancel: () => resolve(),
          }),
        ),
    });
    const small = fetcher({ allowLocal: true });
    expect(await failureOf(small.fetch(new URL(`${server.url.href}x.json`), null))).toContain(
      "over the limit of 1000 bytes",
    );
    await cancelled;
  });

  test("a certificate must be one of the name that was asked for", async () => {
    await using directory = await tempDir();
    const [key, cert] = [`${directory.path}/key.pem`, `${directory.path}/cert.pem`];
    const name = ["-subj", "/CN=api.example.test", "-addext", "subjectAltName=DNS:api.example.test"];
    const made = Bun.spawnSync(
      [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        key,
        "-out",
        cert,
        ...name,
      ],
      { stderr: "ignore" },
    );
    expect(made.exitCode).toBe(0);
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { key: Bun.file(key), cert: Bun.file(cert) },
      fetch: () => new Response("{}"),
    });
    const ask = (host: string, ca?: string) =>
      fetcher({
        allowLocal: true,
        lookup: async () => [{ address: "127.0.0.1", family: 4 }],
        ...(ca === undefined ? {} : { ca }),
      }).fetch(new URL(`https://${host}:${server.port}/x.json`), null);
    const ca = await Bun.file(cert).text();
    expect((await ask("api.example.test", ca)).text).toBe("{}");
    expect(await failureOf(ask("other.example.test", ca))).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await failureOf(ask("api.example.test"))).toContain("the connection failed");
  });

  test("a byte order mark is no part of the text", async () => {
    await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("\uFEFF{}") });
    expect((await fetcher({ allowLocal: true }).fetch(new URL(`${server.url.href}x.json`), null)).text).toBe(
      "{}",
    );
  });

  test("nobody there", async () => {
    await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
    const { href } = server.url;
    await server.stop(true);
    expect(await failureOf(fetcher({ allowLocal: true }).fetch(new URL(`${href}x.json`), null))).toStartWith(
      "Cannot fetch the source: the connection failed",
    );
  });
});

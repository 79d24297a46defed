import { createHash } from "node:crypto";

/** A package that the registry offers. */
export interface OfferedPackage {
  readonly name: string;
  /** `1.0.0` when left out. */
  readonly version?: string;
  /** Further members of its package.json: `dependencies`, `scripts`. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Texts by path inside the package. */
  readonly files?: Readonly<Record<string, string>>;
}

/** How a registry that is not well answers for a package. */
export type Trouble =
  /** Says nothing until the connection goes. */
  | "silent"
  /** 500 for the packument. */
  | "failing"
  /** A tarball that is no tarball, under a right checksum. */
  | "broken tarball"
  /** A tarball under the checksum of another one. */
  | "wrong checksum"
  /** Begins the tarball and never ends it. */
  | "stuck tarball";

/** An npm registry on loopback that speaks the real protocol: packuments and tarballs with checksums. */
export interface NpmRegistry extends AsyncDisposable {
  /** With trailing slash. */
  readonly url: string;
  /** What an `.npmrc` says to use it. */
  readonly npmrc: string;
  offer(offered: OfferedPackage): Promise<void>;
  /** Makes a package answer badly, or well again. */
  trouble(name: string, trouble: Trouble | null): void;
  /** Holds every answer for a package back. @returns Lets them go, and those to come. */
  hold(name: string): () => void;
  /** Names of the packages whose documents were asked for so far. */
  asked(): readonly string[];
  /** Requests that wait for their answer now. */
  waiting(): number;
}

interface Stored extends OfferedPackage {
  readonly version: string;
  readonly tarball: Uint8Array<ArrayBuffer>;
}

/** Starts a registry on a free port of loopback. */
export async function npmRegistry(...offered: readonly OfferedPackage[]): Promise<NpmRegistry> {
  const packages = new Map<string, Stored>();
  const troubles = new Map<string, Trouble>();
  const holds = new Map<string, PromiseWithResolvers<void>>();
  const asked: string[] = [];
  let waiting = 0;

  const offer = async (each: OfferedPackage) => {
    packages.set(each.name, { ...each, version: each.version ?? "1.0.0", tarball: await pack(each) });
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
      const [name = "", file] = path.split("/-/");
      if (file === undefined) asked.push(name);
      waiting++;
      try {
        await holds.get(name)?.promise;
        if (troubles.get(name) === "silent") await new Promise(() => undefined);
      } finally {
        waiting--;
      }
      return file === undefined ? packument(name) : tarball(name);
    },
  });
  const url = `http://127.0.0.1:${server.port}/`;

  function packument(name: string): Response {
    if (troubles.get(name) === "failing") return new Response("out of order", { status: 500 });
    const found = packages.get(name);
    if (found === undefined) return Response.json({ error: "Not found" }, { status: 404 });
    const { version, manifest } = found;
    const dist = {
      tarball: `${url}${name}/-/${name.split("/").at(-1)}-${version}.tgz`,
      integrity: integrityOf(troubles.get(name) === "wrong checksum" ? new Uint8Array([1]) : bytesOf(found)),
    };
    return Response.json({
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { name, version, ...manifest, dist } },
    });
  }

  function tarball(name: string): Response {
    const found = packages.get(name);
    if (found === undefined) return new Response("Not found", { status: 404 });
    const bytes = bytesOf(found);
    if (troubles.get(name) !== "stuck tarball") return new Response(bytes);
    return new Response(new ReadableStream({ start: (stream) => stream.enqueue(bytes.slice(0, 20)) }));
  }

  function bytesOf({ name, tarball: bytes }: Stored): Uint8Array<ArrayBuffer> {
    return troubles.get(name) === "broken tarball" ? new TextEncoder().encode("no tarball at all") : bytes;
  }

  for (const each of offered) await offer(each);
  return {
    url,
    npmrc: `registry=${url}\n`,
    offer,
    trouble: (name, trouble) => void (trouble === null ? troubles.delete(name) : troubles.set(name, trouble)),
    hold(name) {
      const gate = Promise.withResolvers<void>();
      holds.set(name, gate);
      return () => {
        holds.delete(name);
        gate.resolve();
      };
    },
    asked: () => asked,
    waiting: () => waiting,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** A package as npm packs it: everything below `package/`, gzipped. */
async function pack({ name, version = "1.0.0", manifest, files = {} }: OfferedPackage) {
  const own = JSON.stringify({ name, version, main: "index.js", ...manifest });
  const entries = Object.entries({ "package.json": own, ...files });
  const archive = new Bun.Archive(
    Object.fromEntries(entries.map(([path, text]) => [`package/${path}`, text])),
    {
      compress: "gzip",
    },
  );
  return await archive.bytes();
}

/** Subresource Integrity (W3C SRI §3.1), which npm calls `dist.integrity`. */
function integrityOf(bytes: Uint8Array): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

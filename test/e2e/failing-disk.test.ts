import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nameWith } from "../support/debian-package.ts";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { mountSmallDisk } from "../support/small-disk.ts";

const found = await mountSmallDisk({ bytes: 512 * 1024 });
const disk = "missing" in found ? null : found;

/** A script of some bytes; only its size matters. */
const scriptOf = (bytes: number) => `return "first";\n// ${"x".repeat(bytes)}`;

let server: ServerProcess;
beforeAll(async () => {
  if (disk !== null) server = await startProcess({ flags: ["--storage-dir", disk.path] });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await disk?.[Symbol.asyncDispose]();
});

describe.skipIf(disk === null)(nameWith("on a disk that is full", found), () => {
  const filler = () => join(disk?.path ?? "", "filler");

  test("a script that does not fit answers 507, and the old one stays and is served", async () => {
    expect((await write("a.ts", 'return "old"')).status).toBe(200);
    await fill({ leaveBytes: 64 * 1024 });
    // A part fits: the system takes that, and refuses the rest.
    const answer = await write("a.ts", scriptOf(150_000));
    expect(answer).toMatchObject({
      status: 507,
      body: {
        code: "ERROR_507",
        error: 'Cannot write "default/1/a.ts": no space is left',
        details: { reason: "ENOSPC" },
      },
    });
    expect(await (await server.fetch("/a")).text()).toBe("old");
    expect(await list()).toEqual(["default/1/a.ts"]);
  });

  test("what was taken is given back: a smaller script still fits", async () => {
    expect((await write("b.ts", scriptOf(30_000))).status).toBe(200);
    expect(await (await server.fetch("/b")).text()).toBe("first");
  });

  test("not one byte is left: new files, new directories and edits are refused whole, deleting is not", async () => {
    await fill({ leaveBytes: 0 });
    expect((await write("c.ts", scriptOf(1))).status).toBe(507);
    expect((await write("x/y/c.ts", scriptOf(1))).status).toBe(507);
    const edit = await call("PUT", "magic-comments/update", { path: "a.ts", comments: { label: "new" } });
    expect(edit.status).toBe(507);
    expect((await call("DELETE", "scripts/delete?path=b.ts&confirm=true")).status).toBe(200);
    expect(await (await server.fetch("/a")).text()).toBe("old");
    expect(await list()).toEqual(["default/1/a.ts"]);
  });

  test("as soon as there is space, everything is accepted again", async () => {
    await rm(filler());
    expect((await write("a.ts", scriptOf(150_000))).status).toBe(200);
    expect(await (await server.fetch("/a")).text()).toBe("first");
  });

  async function fill({ leaveBytes }: { readonly leaveBytes: number }): Promise<void> {
    await rm(filler(), { force: true });
    const { bavail, bsize } = await statfs(disk?.path ?? "");
    await writeFile(filler(), Buffer.alloc(bavail * bsize - leaveBytes, 1));
  }
});

test.skipIf(disk === null)(
  nameWith("a disk that has become read-only answers 500, and what lies on it is served", found),
  async () => {
    expect((await write("d.ts", 'return "old"')).status).toBe(200);
    await disk?.setReadOnly(true);
    const calls = [
      await write("d.ts", 'return "new"'),
      await write("new/d.ts", "return 1"),
      await call("POST", "scripts/move", { from: "d.ts", to: "e.ts" }),
      await call("DELETE", "scripts/delete?path=d.ts&confirm=true"),
    ];
    for (const { status, body } of calls) {
      expect({ status, reason: body.details.reason }).toEqual({ status: 500, reason: "EROFS" });
      expect(body.error).not.toContain(disk?.path ?? "");
    }
    expect(await (await server.fetch("/d")).text()).toBe("old");
    await disk?.setReadOnly(false);
    expect((await write("d.ts", 'return "new"')).status).toBe(200);
    expect(await (await server.fetch("/d")).text()).toBe("new");
  },
);

const write = (path: string, content: string) => call("POST", "scripts/write", { path, content });

async function list(): Promise<readonly string[]> {
  const { body } = await call("GET", "scripts/list?recursive=true");
  return body.scripts.map(({ path }: { readonly path: string }) => path);
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  const response = await server.fetch(`/api/v1/exec/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

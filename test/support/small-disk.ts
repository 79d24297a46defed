import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Found } from "./debian-package.ts";
import { tempDir } from "./temp-dir.ts";

/** A file system of its own that is soon full; unmounted with the scope that holds it. */
export interface SmallDisk extends AsyncDisposable {
  /** Absolute mount point. */
  readonly path: string;
  /** Refuses every change from now on, as the system does with a disk it has found faulty; or takes them again. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
}

/** Mounts one in memory, which only root may, and not in every container. */
export async function mountSmallDisk({ bytes }: { readonly bytes: number }): Promise<Found<SmallDisk>> {
  const directory = await tempDir();
  const path = join(directory.path, "disk");
  await mkdir(path);
  const mounted = await Bun.$`mount -t tmpfs -o size=${bytes} tmpfs ${path}`.quiet().nothrow();
  if (mounted.exitCode !== 0) {
    await directory[Symbol.asyncDispose]();
    return { missing: "this process may not mount a disk" };
  }
  return {
    path,
    async setReadOnly(isReadOnly) {
      await Bun.$`mount -o remount,${isReadOnly ? "ro" : "rw"} ${path}`.quiet();
    },
    async [Symbol.asyncDispose]() {
      // Lazily: what a failed test left open must not keep it.
      await Bun.$`umount -l ${path}`.quiet();
      await directory[Symbol.asyncDispose]();
    },
  };
}

import { readdirSync, readFileSync } from "node:fs";

/** What the process takes of memory, in bytes. */
export interface MemoryUse {
  /** Of the heap. */
  readonly used: number;
  /** Of the heap, with what it keeps for more. */
  readonly total: number;
  readonly rss: number;
  /** Outside of the heap, on behalf of objects in it. */
  readonly external: number;
}

/** Reads it; some 50 µs. */
export function readMemoryUse(): MemoryUse {
  const { heapUsed, heapTotal, rss, external } = process.memoryUsage();
  return { used: heapUsed, total: Math.max(heapTotal, heapUsed), rss, external };
}

/** What the kernel knows of this process; null off Linux. */
export interface KernelFacts {
  readonly virtualBytes: number;
  readonly openFiles: number;
  /** Highest number of open files; Infinity for no limit. */
  readonly openFilesMax: number;
}

export function readKernelFacts(): KernelFacts | null {
  try {
    const [pages = "0"] = readFileSync("/proc/self/statm", "utf8").split(" ");
    const limit = /^Max open files\s+(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return {
      virtualBytes: Number(pages) * PAGE_BYTES,
      openFiles: readdirSync("/proc/self/fd").length,
      openFilesMax: limit === undefined || limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit),
    };
  } catch {
    return null; // Only Linux has these files.
  }
}

/** Of x86-64, and of arm64 as distributions build it. */
const PAGE_BYTES = 4_096;

import { readdir, stat } from "node:fs/promises";
import { z } from "@hono/zod-openapi";
import { operation } from "../operation.ts";
import { isoTime } from "../schemas.ts";

/** GET /api/v1/exec/health: cheap, and never waits for a script. */
export const check = operation({
  id: "health.check",
  method: "get",
  path: "/api/v1/exec/health",
  summary: "Report that the server is up",
  description: "Answers from memory and /proc; it never waits for a script.",
  response: z
    .object({
      status: z.literal("ok"),
      service: z.literal("hoody-exec"),
      built: isoTime.nullable().openapi({ description: "When the server's module was last changed" }),
      started: isoTime.openapi({ description: "When this process started" }),
      memory: z.object({
        rss: z.int().openapi({ description: "Resident bytes" }),
        heap: z.int().nullable().openapi({ description: "Used bytes of the heap" }),
      }),
      fds: z.int().nullable().openapi({ description: "Open file descriptors; null off Linux" }),
      pid: z.int(),
      ip: z.string().openapi({ description: "Peer address of the socket" }),
      userAgent: z.string(),
    })
    .openapi("Health"),
  failures: ["invalidInput"],
  async handle(_input, { startedAt }, request) {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      status: "ok",
      service: "hoody-exec",
      built: await readBuiltAt(),
      started: startedAt.toISOString(),
      memory: { rss, heap: heapUsed },
      fds: await countFileDescriptors(),
      pid: process.pid,
      ip: request.peerIp,
      userAgent: request.headers.get("user-agent") ?? "",
    };
  },
});

/** Change time of the module the process was started with; null when it lies in no file. */
async function readBuiltAt(): Promise<string | null> {
  try {
    return (await stat(Bun.main)).mtime.toISOString();
  } catch {
    // A compiled binary or an evaluated script has no such file.
    return null;
  }
}

async function countFileDescriptors(): Promise<number | null> {
  try {
    return (await readdir("/proc/self/fd")).length;
  } catch {
    // Only Linux has it.
    return null;
  }
}

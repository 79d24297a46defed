import { tmpdir } from "node:os";
import { join } from "node:path";

/** Something that tests need, or why there is none. */
export type Found<T> = T | { readonly missing: string };

/** What tests that need it are called: those that are skipped say why. */
export function nameWith(name: string, found: Found<object>): string {
  return "missing" in found ? `${name} (skipped: ${found.missing})` : name;
}

/** Longest step of an installation, in milliseconds. */
const STEP_MS = 300_000;

/**
 * Looks for programs of one of Debian's packages, and installs it where this process may and the system is a Debian.
 *
 * @param find Answers null as long as they are not there.
 */
export async function findOrInstall<T extends object>(name: string, find: () => T | null): Promise<Found<T>> {
  const missing = (why: string) => ({ missing: `there is no ${name}, and ${why}` });
  const present = find();
  if (present !== null) return present;
  if (Bun.which("apt-get") === null) return missing("no apt-get to install it");
  if (process.geteuid?.() !== 0) return missing("only root may install it");
  for (const step of [["update"], ["install", "-y", "--no-install-recommends", name]]) {
    // Test files run side by side, and apt-get gives up when another one works.
    const lock = ["flock", "--no-fork", join(tmpdir(), "hoody-exec-apt.lock")];
    const child = Bun.spawn([...lock, "apt-get", "-qq", "-o", "Acquire::http::Timeout=20", ...step], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
      timeout: STEP_MS,
    });
    const [exitCode, errors] = await Promise.all([child.exited, new Response(child.stderr).text()]);
    if (exitCode !== 0) return missing(`apt-get ${step[0]} failed: ${errors.trim().split("\n").at(-1)}`);
  }
  return find() ?? missing("apt-get installed none");
}

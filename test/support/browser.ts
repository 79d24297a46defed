import { type Browser, chromium } from "playwright-core";

/** A browser to test with, or why there is none. */
export type FoundBrowser =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "missing"; readonly reason: string };

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Longest install of the browser, in milliseconds. */
const INSTALL_MS = 300_000;

/** Looks for a Chromium; installs Debian's where this process may and the system is a Debian. */
export async function findBrowser(): Promise<FoundBrowser> {
  const present = NAMES.map((name) => Bun.which(name)).find((path) => path !== null);
  if (present !== undefined) return { kind: "found", path: present };
  if (Bun.which("apt-get") === null) return missing("there is no Chromium, and no apt-get to install it");
  if (process.getuid?.() !== 0) return missing("there is no Chromium, and only root may install it");
  for (const command of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const child = Bun.spawn(["apt-get", "-qq", "-o", "Acquire::http::Timeout=20", ...command], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdout: "ignore",
      stderr: "pipe",
      timeout: INSTALL_MS,
    });
    const [exitCode, errors] = await Promise.all([child.exited, new Response(child.stderr).text()]);
    if (exitCode !== 0) return missing(`apt-get ${command[0]} failed: ${errors.trim().split("\n").at(-1)}`);
  }
  const installed = Bun.which("chromium");
  return installed === null ? missing("apt-get installed no Chromium") : { kind: "found", path: installed };
}

/** Starts it without a window; closed by `await using`. */
export async function openBrowser(path: string): Promise<Browser & AsyncDisposable> {
  // Root has no sandbox of Chromium; what it opens is our own server.
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

function missing(reason: string): FoundBrowser {
  return { kind: "missing", reason };
}

import { type Browser, chromium } from "playwright-core";
import { type Found, findOrInstall } from "./debian-package.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Looks for a Chromium; installs Debian's where that is allowed. */
export function findBrowser(): Promise<Found<{ readonly path: string }>> {
  return findOrInstall("chromium", () => {
    const path = NAMES.map((name) => Bun.which(name)).find((each) => each !== null);
    return path === undefined ? null : { path };
  });
}

/** Starts it without a window; closed by `await using`. */
export async function openBrowser(path: string): Promise<Browser & AsyncDisposable> {
  // Root has no sandbox of Chromium; what it opens is our own server.
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

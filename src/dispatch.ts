/** Everything below it is the control API, whether or not there is such an operation. */
const CONTROL_PREFIX = "/api/v1/exec";

/**
 * Whether a URL belongs to the control plane; every other path runs a script.
 *
 * Runs before any router, on the raw path: percent-encoding leads to scripts (script-runtime.md §3).
 *
 * @param url As the runtime gives it: absolute, or only a path when the request named no usable host.
 */
export function isControlUrl(url: string): boolean {
  // "http://" is 7 characters, so the path of an absolute URL begins at the first slash from the 8th on.
  const start = url.startsWith("/") ? 0 : url.indexOf("/", 8);
  if (url.startsWith(CONTROL_PREFIX, start)) return isEnd(url, start + CONTROL_PREFIX.length, "/");
  if (!url.startsWith("/openapi.", start)) return false;
  return /^\/openapi\.(json|yaml)([?#]|$)/.test(url.slice(start));
}

function isEnd(url: string, at: number, also: string): boolean {
  const next = url[at];
  return next === undefined || next === "?" || next === "#" || next === also;
}

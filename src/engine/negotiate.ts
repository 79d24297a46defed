/**
 * Whether a caller would rather have JSON than a page: `Accept` names a JSON type and no other one it ranks higher
 * (RFC 9110 §12.5.1). A wildcard alone is no wish.
 */
export function prefersJson(accept: string | null): boolean {
  let json = 0;
  let other = 0;
  for (const range of accept?.toLowerCase().split(",") ?? []) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const weight = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? 1);
    if (type === "application/json" || type.endsWith("+json")) json = Math.max(json, weight);
    else if (type.startsWith("text/")) other = Math.max(other, weight);
  }
  return json > 0 && json >= other;
}

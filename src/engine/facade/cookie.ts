/** Options of `res.cookie` (RFC 6265 §4.1). */
export interface CookieOptions {
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly expires?: Date;
  readonly path?: string;
  readonly domain?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: "strict" | "lax" | "none" | boolean;
}

/**
 * A cookie as the value of one `Set-Cookie` field; values that are no text are sent as JSON.
 *
 * @throws {TypeError} for a name that a cookie cannot have.
 */
export function toCookie(name: string, value: unknown, options: CookieOptions): string {
  if (/[\s;=,]/.test(name) || name === "") throw new TypeError(`Cannot set a cookie named "${name}"`);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const parts = [`${name}=${encodeURIComponent(text)}`, `Path=${options.path ?? "/"}`];
  if (options.maxAge !== undefined) parts.push(`Max-Age=${Math.floor(options.maxAge / 1000)}`);
  if (options.expires) parts.push(`Expires=${options.expires.toUTCString()}`);
  if (options.domain) parts.push(`Domain=${options.domain}`);
  if (options.httpOnly) parts.push("HttpOnly");
  if (options.secure) parts.push("Secure");
  if (options.sameSite) parts.push(`SameSite=${toSameSite(options.sameSite)}`);
  return parts.join("; ");
}

function toSameSite(value: true | string): string {
  return value === true ? "Strict" : value.charAt(0).toUpperCase() + value.slice(1).toLowerCase();
}

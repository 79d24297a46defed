import packageJson from "../../package.json" with { type: "json" };

/** Files that the page loads, by name, as they lie beside this one. */
export const PAGE_FILES = {
  "viewer.js": "text/javascript; charset=utf-8",
  "viewer.css": "text/css; charset=utf-8",
} as const;

const SCALAR_VERSION = packageJson.dependencies["@scalar/fastify-api-reference"];

/**
 * The page that shows the OpenAPI documents. It is the same for everybody: what is behind a token, its script asks for.
 *
 * @param nonce Of the page's Content-Security-Policy.
 */
export function writePage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>hoody-exec</title>
<link rel="icon" href="/favicon.ico">
<link rel="stylesheet" href="docs/viewer.css">
</head>
<body>
<form id="authorization">
<label for="token">Authorization</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="token of the control API">
<button>Use</button>
<output id="state" for="token"></output>
</form>
<div id="viewer"></div>
<script nonce="${nonce}" src="docs/scalar.js?v=${SCALAR_VERSION}"></script>
<script nonce="${nonce}" src="docs/viewer.js"></script>
</body>
</html>
`;
}

/**
 * What the page may do: run the two scripts it names and talk to this server, nothing else. Not even another script of
 * this server runs, so that what a user's script answers cannot.
 *
 * Scalar writes style attributes, for which a policy has no nonce; a style can do no more here than look odd.
 *
 * @see https://www.w3.org/TR/CSP3/
 */
export function writePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

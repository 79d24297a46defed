/** TABLE: elements of HTML, the obsolete ones included (WHATWG HTML §4, §16.2). */
const ELEMENTS = [
  "a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption",
  "center cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption",
  "figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd",
  "label legend li link main map mark marquee math menu meta meter nav noscript object ol optgroup option output p",
  "picture pre progress q rp rt ruby s samp script search section select slot small source span strike strong style",
  "sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr",
].join(" ");

const HTML_START = new RegExp(
  `^\\s*<(?:!doctype\\s+html|!--|(?:${ELEMENTS.replaceAll(" ", "|")})(?:\\s[^<]*|/)?>)`,
  "i",
);

/** Longest beginning that is looked at, in UTF-16 units. */
const START_MAX = 1024;

/** Whether a text begins, after white space, with a doctype, an HTML comment or an HTML element (script-runtime.md §6). */
export function looksLikeHtml(text: string): boolean {
  return HTML_START.test(text.slice(0, START_MAX));
}

/** Content type of a text without one. */
export function typeOfText(text: string): string {
  return looksLikeHtml(text) ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
}

/** Content type of a text that comes in pieces, in UTF-8. */
export function typeOfChunks(chunks: readonly Uint8Array[]): string {
  const bytes = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
  // A UTF-16 unit takes three bytes at most.
  return typeOfText(Buffer.concat(chunks, Math.min(bytes, 3 * START_MAX)).toString());
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = ` ?; ?(?:q=(?:0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?)(?=[ ;,]|$)|(?!q=)${TOKEN}=(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))?`;
/** One element of the list, which may be empty, with the comma after it. */
const ELEMENT = new RegExp(` ?(?:${TOKEN}/${TOKEN}(?:${PARAMETER})*)? ?(?:,|$)`, "iy");

/** Whether a text is the value of an Accept header (RFC 9110 §12.5.1). */
export function isAccept(text: string): boolean {
  const value = text.replaceAll(/[\t ]+/g, " ");
  const element = new RegExp(ELEMENT); // Its own, because it remembers where it is.
  while (element.lastIndex < value.length) if (!element.test(value)) return false;
  return true;
}

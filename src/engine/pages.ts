/** One section of an error page. */
export interface PageSection {
  readonly heading: string;
  /** Shown in a fixed-width block, line by line. */
  readonly lines: readonly string[];
}

/** A page of the script plane as a complete HTML document; every text is escaped. */
export function toPage(title: string, message: string, sections: readonly PageSection[] = []): string {
  const blocks = sections.map(
    ({ heading, lines }) => `<h2>${escapeHtml(heading)}</h2>\n<pre>${escapeHtml(lines.join("\n"))}</pre>`,
  );
  return [
    "<!doctype html>",
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${escapeHtml(title)}</title>`,
    "<style>body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:50rem;padding:0 1rem}",
    "pre{background:#f4f4f4;border-radius:6px;overflow:auto;padding:1rem}</style></head>",
    `<body><h1>${escapeHtml(title)}</h1>`,
    `<p>${escapeHtml(message)}</p>`,
    ...blocks,
    "</body></html>\n",
  ].join("\n");
}

function escapeHtml(text: string): string {
  return Bun.escapeHTML(text);
}

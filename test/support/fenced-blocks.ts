/** One fenced block of a Markdown text. */
export interface FencedBlock {
  /** Word after the fence: `sh`, `json`; empty when there is none. */
  readonly language: string;
  readonly text: string;
  /** Nearest heading above. */
  readonly heading: string;
  /** Block that follows with nothing but blank lines between, or null. */
  readonly next: FencedBlock | null;
}

/** All fenced blocks of a Markdown text, in order. */
export function fencedBlocks(markdown: string): readonly FencedBlock[] {
  const pattern = /^(?:(?<hashes>#+) (?<heading>.*)|```(?<language>\w*)\n(?<text>[\s\S]*?)\n```)$/gm;
  const found: { language: string; text: string; heading: string; from: number; to: number }[] = [];
  let heading = "";
  for (const match of markdown.matchAll(pattern)) {
    const { groups } = match;
    if (groups?.["heading"] !== undefined) heading = groups["heading"];
    if (groups?.["text"] === undefined) continue;
    const { language = "", text } = groups;
    found.push({ language, text, heading, from: match.index, to: match.index + match[0].length });
  }
  const blocks: FencedBlock[] = [];
  // From the end, so that each block finds the one behind it finished.
  for (const [index, { language, text, heading, to }] of [...found.entries()].reverse()) {
    const following = found[index + 1];
    const isNext = following !== undefined && markdown.slice(to, following.from).trim() === "";
    blocks.unshift({ language, text, heading, next: isNext ? (blocks[0] ?? null) : null });
  }
  return blocks;
}

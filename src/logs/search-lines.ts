import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { FILE_START, readLines } from "./lines.ts";

/** What is to be looked for, and where: what the process that searches is told. */
export interface SearchOrder {
  readonly files: readonly { readonly file: string; readonly path: string }[];
  /** A text that stands in the line, or the source of a regular expression. */
  readonly pattern: string;
  readonly isRegex: boolean;
  readonly caseSensitive: boolean;
  /** Lines found after which the search ends. */
  readonly limit: number;
}

/** What was found. */
export interface SearchAnswer {
  readonly filesSearched: number;
  readonly results: readonly FoundLine[];
}

/** A line that was found. */
export interface FoundLine {
  readonly file: string;
  /** From 1 on. */
  readonly lineNumber: number;
  readonly line: string;
}

/** Bytes of lines that one answer may hold; the search ends there. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** Searches file by file, line by line. A file that is gone meanwhile is passed over. */
export async function searchLines(order: SearchOrder): Promise<SearchAnswer> {
  const { files, limit } = order;
  const isFound = toTest(order);
  const results: FoundLine[] = [];
  let filesSearched = 0;
  let leftBytes = ANSWER_BYTES_MAX;
  for (const { file, path } of files) {
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
    if (handle === null) continue;
    filesSearched++;
    let lineNumber = 0;
    for (let cursor = FILE_START; ; ) {
      const { lines, next } = await readLines(handle, cursor, { isFinal: true });
      for (const line of lines) {
        lineNumber++;
        if (!isFound(line)) continue;
        results.push({ file, lineNumber, line });
        leftBytes -= line.length;
        if (results.length >= limit || leftBytes <= 0) return { filesSearched, results };
      }
      if (next.offset === cursor.offset) break;
      cursor = next;
    }
  }
  return { filesSearched, results };
}

function toTest({ pattern, isRegex, caseSensitive }: SearchOrder): (line: string) => boolean {
  if (isRegex) {
    const regex = new RegExp(pattern, caseSensitive ? "" : "i");
    return (line) => regex.test(line);
  }
  if (caseSensitive) return (line) => line.includes(pattern);
  const lowered = pattern.toLowerCase();
  return (line) => line.toLowerCase().includes(lowered);
}

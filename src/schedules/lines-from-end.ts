import { type FileHandle, open } from "node:fs/promises";
import { absentAsNull } from "../base/system-error.ts";

/** Bytes read at once. */
const CHUNK_BYTES = 64 * 1024;

/** A line longer than this is none of ours; it is left out. */
const LINE_BYTES_MAX = 1024 * 1024;

/**
 * The lines of a file, the last one first, without reading more of it than is asked for; none when it is absent.
 *
 * What is added meanwhile is not seen.
 *
 * @throws The error of the file system.
 */
export async function* linesFromEnd(path: string): AsyncGenerator<string> {
  const file = await open(path, "r").catch(absentAsNull);
  if (file === null) return;
  try {
    let end = (await file.stat()).size;
    /** Beginning of the earliest line that was seen, which may begin further up. */
    let rest: Buffer = Buffer.alloc(0);
    while (end > 0) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const chunk = Buffer.concat([await readExactly(file, start, end), rest]);
      end = start;
      const first = chunk.indexOf(10);
      const from = start === 0 ? 0 : first + 1;
      if (start > 0 && first < 0) {
        rest = chunk.length > LINE_BYTES_MAX ? Buffer.alloc(0) : chunk;
        continue;
      }
      rest = start === 0 ? Buffer.alloc(0) : chunk.subarray(0, first);
      const lines = chunk.subarray(from).toString("utf8").split("\n");
      for (let at = lines.length - 1; at >= 0; at--) if (lines[at] !== "") yield lines[at] as string;
    }
  } finally {
    await file.close();
  }
}

async function readExactly(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

/** TABLE: first bytes → media type (WHATWG MIME Sniffing §6, the common formats). */
const SIGNATURES: readonly (readonly [offset: number, bytes: string, type: string])[] = [
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "GIF87a", "image/gif"],
  [0, "GIF89a", "image/gif"],
  [8, "WEBP", "image/webp"],
  [0, "BM", "image/bmp"],
  [0, "\x00\x00\x01\x00", "image/x-icon"],
  [0, "%PDF-", "application/pdf"],
  [0, "PK\x03\x04", "application/zip"],
  [0, "\x1f\x8b\x08", "application/gzip"],
  [0, "\x00asm", "application/wasm"],
  [4, "ftyp", "video/mp4"],
  [0, "\x1aE\xdf\xa3", "video/webm"],
  [0, "OggS", "application/ogg"],
  [0, "ID3", "audio/mpeg"],
  [8, "WAVE", "audio/wave"],
  [0, "wOFF", "font/woff"],
  [0, "wOF2", "font/woff2"],
];

/** How many bytes at the beginning decide. */
export const SNIFFED_BYTES = 32;

/** Media type of bytes by their beginning; null when nothing fits. */
export function sniffType(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, SNIFFED_BYTES));
  const found = SIGNATURES.find(([offset, signature]) => head.startsWith(signature, offset));
  return found?.[2] ?? null;
}

import { isRecord } from "../base/realm.ts";
import { isReserved } from "../scripts/exclude.ts";

/** Name of the file in a deployment that says it was imported, and what belongs to the import. */
export const MARKER_FILE = ".sdk.json";

/** What a marker says. It holds no secret: everybody who may read scripts can read it. */
export interface Marker {
  /** Secrets in its query are masked. */
  readonly sourceUrl: string;
  readonly importedAt: string;
  /**
   * SHA-256 of each imported file as it was written, by path relative to the deployment. While an import is under way
   * there are two: what was there, and what will be.
   */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Operations of the document that no script stands for, with the reason. */
  readonly skipped: readonly string[];
}

/** The marker as its file holds it. */
export function printMarker(id: string, { sourceUrl, importedAt, files, skipped }: Marker): string {
  const content = {
    type: "sdk",
    id,
    source_url: sourceUrl,
    imported_at: importedAt,
    skipped,
    files: Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Reads a marker, which anybody may have edited: what is no path of an imported file is left out.
 *
 * @returns null when it is none.
 */
export function parseMarker(text: string): Marker | null {
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(stored) || typeof stored["source_url"] !== "string" || !isRecord(stored["files"]))
    return null;
  const { source_url: sourceUrl, imported_at: importedAt, files, skipped } = stored;
  return {
    sourceUrl,
    importedAt: typeof importedAt === "string" ? importedAt : "",
    files: new Map(
      Object.entries(files as Record<string, unknown>)
        .filter(([path]) => isImportedPath(path))
        .map(([path, hashes]) => [
          path,
          (Array.isArray(hashes) ? hashes : []).filter((each) => typeof each === "string"),
        ]),
    ),
    skipped: (Array.isArray(skipped) ? skipped : []).filter((each) => typeof each === "string"),
  };
}

function isImportedPath(path: string): boolean {
  const segments = path.split("/");
  return (
    /\.[jt]s$/.test(path) &&
    !path.includes("\\") &&
    !segments.some((segment) => segment === "" || segment === "." || segment === "..") &&
    !isReserved(path)
  );
}

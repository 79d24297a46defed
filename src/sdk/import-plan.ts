import type { ProxyFiles } from "./proxy-scripts.ts";

/** SHA-256 of files by path relative to the deployment. */
export type KnownFiles = ReadonlyMap<string, readonly string[]>;

/** What an import has done to the files, or would do. */
export interface ImportSummary {
  /** Scripts that were not there. */
  readonly new: number;
  /** Scripts that were, as an earlier import had left them. */
  readonly updated: number;
  /** Files that somebody else has written or changed. */
  readonly conflicts: number;
  /** Scripts of the document's operations. */
  readonly total: number;
}

/** What an import does to the files of a deployment. */
export interface ImportPlan {
  readonly summary: ImportSummary;
  /** Files in its way that somebody else has written or changed. */
  readonly edited: readonly string[];
  /** Files of the import before that this one does not have. */
  readonly stale: readonly string[];
  /** What the marker knows while files are written: old content and new. */
  readonly during: KnownFiles;
  /** What it knows afterwards. */
  readonly after: KnownFiles;
}

/** Collaborators of {@link planImport}. */
export interface PlanContext {
  /** What the marker of the import before knows. */
  readonly before: KnownFiles;
  readonly hashOf: (text: string) => string;
  /** Hash of a file as it is now; null when it is not there. */
  readonly currentHashOf: (path: string) => Promise<string | null>;
}

/** Holds the files of an import against those on the disk, and changes nothing. */
export async function planImport(files: ProxyFiles, context: PlanContext): Promise<ImportPlan> {
  const { before, hashOf, currentHashOf } = context;
  const { endpoints, middleware } = files;
  const next = new Map([...endpoints, ...middleware].map(([path, text]) => [path, hashOf(text)]));
  const stale = [...before.keys()].filter((path) => !next.has(path) && !isMiddleware(path));

  const edited: string[] = [];
  const present = new Set<string>();
  for (const path of [...next.keys(), ...stale]) {
    const current = await currentHashOf(path);
    if (current === null) continue;
    const isKnown = current === next.get(path) || before.get(path)?.includes(current) === true;
    if (isKnown) present.add(path);
    else edited.push(path);
  }
  const updated = [...endpoints.keys()].filter((path) => present.has(path)).length;
  const conflicting = edited.filter((path) => endpoints.has(path)).length;
  return {
    summary: {
      new: endpoints.size - updated - conflicting,
      updated,
      conflicts: edited.length,
      total: endpoints.size,
    },
    edited,
    stale,
    during: joined(before, next),
    // Middleware that this import does not name stays with the SDK as it is.
    after: joined(new Map([...before].filter(([path]) => isMiddleware(path) && !next.has(path))), next),
  };
}

/** Whether a path of an import is a copy of its middleware. */
export function isMiddleware(path: string): boolean {
  return /(?:^|\/)(?:pre|post)\.js$/.test(path);
}

function joined(before: KnownFiles, next: ReadonlyMap<string, string>): KnownFiles {
  const all = new Map(before);
  for (const [path, hash] of next) all.set(path, [...new Set([...(before.get(path) ?? []), hash])]);
  return all;
}

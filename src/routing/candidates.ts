import type { Deployment } from "../scripts/deployment.ts";

/** Directories that are searched for a script, in order; "" is the scripts root (script-runtime.md §3). */
export function candidateRoots({ key, subdomain, execId }: Deployment): readonly string[] {
  return [key, subdomain, execId, ""];
}

/** Scripts that answer when no candidate root has a match, in order. */
export function fallbackFiles({ subdomain }: Deployment): readonly string[] {
  return [
    `${subdomain}.ts`,
    `${subdomain}.js`,
    `${subdomain}/index.ts`,
    `${subdomain}/index.js`,
    "index.ts",
    "index.js",
  ];
}

/** The files that would answer a path if they existed, for a person who wonders why nothing did. */
export function triedFiles(roots: readonly string[], segments: readonly string[]): readonly string[] {
  const path = segments.join("/");
  return roots.flatMap((root) => {
    const base = [root, path].filter((part) => part !== "").join("/");
    if (/\.[tj]s$/.test(path)) return [base];
    const names = path === "" ? [] : [`${base}.ts`, `${base}.js`];
    const prefix = base === "" ? "" : `${base}/`;
    return [...names, `${prefix}index.ts`, `${prefix}index.js`];
  });
}

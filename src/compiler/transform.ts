import { createRequire } from "node:module";
import { TraceMap } from "@jridgewell/trace-mapping";
import type * as oxcTransform from "oxc-transform";
import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";

const requireHere = createRequire(import.meta.url);

/** JavaScript whose layout is no longer the author's, with the way back. */
export interface Transformed {
  readonly code: string;
  /** Positions in `code` → positions in the source. */
  readonly map: TraceMap;
}

/**
 * Turns syntax that needs code of its own (enum, namespace, parameter property, decorator, `accessor`) into JavaScript.
 *
 * @throws {CompileError} for what the transformer refuses.
 */
export function transformSyntax(text: string, file: string, language: "js" | "ts"): Transformed {
  // Most servers never meet such a file, so the transformer is loaded for the first one.
  const { transformSync } = requireHere("oxc-transform") as typeof oxcTransform;
  const { code, map, errors } = transformSync(file, text, {
    lang: language,
    sourcemap: true,
    decorator: { legacy: true },
  });
  const error = errors.find((each) => !/'return' statement can only be used/.test(each.message));
  if (error !== undefined || map === undefined) {
    const place = toPlace(text, error?.labels[0]?.start ?? 0);
    throw new CompileError(error?.message ?? "The transformer returned no source map", {
      file,
      ...place,
      excerpt: toExcerpt(text, place),
      check: language === "ts" ? "typescript" : "syntax",
    });
  }
  return { code, map: new TraceMap(map as unknown as ConstructorParameters<typeof TraceMap>[0]) };
}

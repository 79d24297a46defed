import { TraceMap } from "@jridgewell/trace-mapping";
import { transformSync } from "oxc-transform";
import { CompileError } from "./compile-error.ts";
import { toExcerpt, toPlace } from "./excerpt.ts";

/** JavaScript whose layout is no longer the author's, with the way back. */
export interface Transformed {
  readonly code: string;
  /** Positions in `code` → positions in the source. */
  readonly map: TraceMap;
}

/**
 * Turns TypeScript that needs code of its own (enum, namespace, parameter property, decorator) into JavaScript.
 *
 * @throws {CompileError} for what the transformer refuses.
 */
export function transformTypeScript(text: string, file: string): Transformed {
  const { code, map, errors } = transformSync(file, text, {
    lang: "ts",
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
      check: "typescript",
    });
  }
  return { code, map: new TraceMap(map as unknown as ConstructorParameters<typeof TraceMap>[0]) };
}

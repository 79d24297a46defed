import { describe, expect, test } from "bun:test";
import vm from "node:vm";
import { prepareScript } from "../../../src/compiler/prepare.ts";
import { EXECUTION_NAMES, type WrapOptions, wrapScript } from "../../../src/compiler/wrap.ts";

const OPTIONS: WrapOptions = { kind: "script", linkNames: [], ownGlobal: false, live: false };

/** Wraps and runs a script the way the engine does. */
function run(
  source: string,
  {
    names = {},
    link = {},
    options = {},
  }: { names?: object; link?: Record<string, unknown>; options?: Partial<WrapOptions> } = {},
): unknown {
  const { code } = wrapScript(prepareScript(source, "a.ts"), {
    ...OPTIONS,
    linkNames: Object.keys(link),
    ...options,
  });
  const linker = new vm.Script(code, { filename: "a.ts" }).runInThisContext() as (
    ...args: unknown[]
  ) => (...args: unknown[]) => unknown;
  const values = EXECUTION_NAMES.map((name) => (names as Record<string, unknown>)[name]);
  return linker([], link)(...values, undefined, options.ownGlobal ? Object.create(globalThis) : undefined);
}

describe("wrapScript", () => {
  test("a top-level return is the value of the call", () => {
    expect(run("return 1 + 1")).toBe(2);
  });

  test("a top-level await makes it a promise, none leaves it synchronous", async () => {
    expect(run("return 1")).toBe(1);
    expect(await run("return (await 1) + 1")).toBe(2);
  });

  test.each(EXECUTION_NAMES.map((name) => [name]))(
    "%s is injected, and a script may declare it again",
    (name) => {
      expect(run(`return ${name}`, { names: { [name]: "given" } })).toBe("given");
      expect(run(`const ${name} = "own"; return ${name}`, { names: { [name]: "given" } })).toBe("own");
      expect(
        run(`return ${name}(); function ${name}() { return "own" }`, { names: { [name]: "given" } }),
      ).toBe("own");
    },
  );

  test("names of the link are constants of the outer function, and may be declared again", () => {
    expect(run("return fs", { link: { fs: "given" } })).toBe("given");
    expect(run('const fs = "own"; return fs', { link: { fs: "given" } })).toBe("own");
  });

  test("everything added stands on the author's line 1", () => {
    const prepared = prepareScript("first();\nsecond();", "a.ts");
    for (const options of [
      OPTIONS,
      { ...OPTIONS, ownGlobal: true },
      { ...OPTIONS, kind: "module" } as const,
    ]) {
      const { code, prefixLength } = wrapScript(prepared, options);
      expect(code.slice(0, prefixLength)).not.toContain("\n");
      expect(code.slice(prefixLength)).toStartWith("first();\nsecond();");
    }
  });

  test("a comment at the end of the script does not swallow the wrapper", () => {
    expect(run("return 1 // end")).toBe(1);
  });

  test("with a global of its own, globalThis is that one, and nothing stays on the real one", () => {
    expect(run("globalThis.leftBehind = 1; return leftBehind", { options: { ownGlobal: true } })).toBe(1);
    expect("leftBehind" in globalThis).toBe(false);
  });

  test("use strict of the author is kept, and none is added", () => {
    expect(run('"use strict"; return (function () { return this })()')).toBeUndefined();
    expect(run("return typeof (function () { return this })()")).toBe("object");
  });
});

import { describe, expect, test } from "bun:test";
import { CompileError } from "../../../src/compiler/compile-error.ts";
import { Compiler } from "../../../src/compiler/compiler.ts";
import type { WrapOptions } from "../../../src/compiler/wrap.ts";

/** A compiler over files in memory, that counts what it reads. */
function compilerOver(files: Record<string, string>, compiledMax = 10) {
  const reads: string[] = [];
  const readText = (file: string) => {
    reads.push(file);
    return files[file] ?? null;
  };
  return { compiler: new Compiler({ readText, compiledMax }), files, reads };
}

const OPTIONS: WrapOptions = { kind: "script", linkNames: [], ownGlobal: false, live: false };

describe("Compiler", () => {
  test("reads and compiles a file once, until it is told of a change", () => {
    const { compiler, files, reads } = compilerOver({ "a.ts": "return 1" });
    const first = compiler.load("a.ts");
    expect(compiler.load("a.ts")).toBe(first);
    files["a.ts"] = "return 2";
    expect(compiler.load("a.ts")).toBe(first);
    compiler.markStale("a.ts");
    expect(compiler.load("a.ts")?.prepared.source).toBe("return 2");
    expect(reads).toEqual(["a.ts", "a.ts"]);
  });

  test("a file whose text stayed the same keeps what was compiled", () => {
    const { compiler } = compilerOver({ "a.ts": "return 1" });
    const first = compiler.load("a.ts");
    compiler.markAllStale();
    expect(compiler.load("a.ts")).toBe(first);
  });

  test("an absent file is null, and there again when it comes back", () => {
    const { compiler, files } = compilerOver({});
    expect(compiler.load("a.ts")).toBeNull();
    files["a.ts"] = "return 1";
    expect(compiler.load("a.ts")).not.toBeNull();
    delete files["a.ts"];
    compiler.markStale("a.ts");
    expect([compiler.load("a.ts"), compiler.size]).toEqual([null, 0]);
  });

  test("a broken version throws each time, and the old one is never served again", () => {
    const { compiler, files } = compilerOver({ "a.ts": "return 1" });
    compiler.load("a.ts");
    files["a.ts"] = "return 1 +";
    compiler.markStale("a.ts");
    expect(() => compiler.load("a.ts")).toThrow(CompileError);
    expect(() => compiler.load("a.ts")).toThrow(CompileError);
    files["a.ts"] = "return 2";
    compiler.markStale("a.ts");
    expect(compiler.load("a.ts")?.prepared.source).toBe("return 2");
  });

  test("what a file declares is known also when it does not compile", () => {
    const { compiler, files } = compilerOver({
      "a.ts": "// @enabled false\nconst = 1",
      "b.ts": "// @token t\n1",
    });
    expect(compiler.directivesOf("a.ts")?.effective.enabled).toBe(false);
    compiler.load("b.ts");
    files["b.ts"] = "// @token new\nconst = 1";
    compiler.markStale("b.ts");
    expect(compiler.directivesOf("b.ts")?.effective.tokens).toEqual(["new"]);
    expect(compiler.directivesOf("c.ts")).toBeNull();
  });

  test("keeps a bounded number of files and counts those it dropped", () => {
    const { compiler, reads } = compilerOver({ "a.ts": "1", "b.ts": "1", "c.ts": "1" }, 2);
    for (const file of ["a.ts", "b.ts", "c.ts"]) compiler.load(file);
    expect([compiler.size, compiler.evicted]).toEqual([2, 1]);
    compiler.load("a.ts");
    expect(reads).toEqual(["a.ts", "b.ts", "c.ts", "a.ts"]);
  });

  test("clear drops what lies below a directory, or everything", () => {
    const { compiler } = compilerOver({
      "default/1/a.ts": "1",
      "default/10/a.ts": "1",
      "default/2/a.ts": "1",
    });
    for (const file of ["default/1/a.ts", "default/10/a.ts", "default/2/a.ts"]) compiler.load(file);
    compiler.clearWhere((file) => file.startsWith("default/1/"));
    expect(compiler.size).toBe(2);
    compiler.clearWhere(() => true);
    expect(compiler.size).toBe(0);
  });

  test("scriptFor compiles once for each kind of context", () => {
    const { compiler } = compilerOver({ "a.ts": "return 1" });
    const compiled = compiler.load("a.ts");
    if (compiled === null) throw new Error("The file is there");
    const script = compiler.scriptFor(compiled, OPTIONS);
    expect(compiler.scriptFor(compiled, OPTIONS)).toBe(script);
    expect(compiler.scriptFor(compiled, { ...OPTIONS, ownGlobal: true })).not.toBe(script);
    expect(compiler.scriptFor(compiled, { ...OPTIONS, linkNames: ["x"] })).not.toBe(script);
  });

  test("unitOf finds what positions are led back through, once a file has run", () => {
    const { compiler } = compilerOver({ "a.ts": "return 1" });
    const compiled = compiler.load("a.ts");
    if (compiled === null) throw new Error("The file is there");
    expect(compiler.unitOf("a.ts")).toBeNull();
    compiler.scriptFor(compiled, OPTIONS);
    expect(compiler.unitOf("a.ts")).toMatchObject({ file: "a.ts", source: "return 1" });
    expect(compiler.unitOf("b.ts")).toBeNull();
  });
});

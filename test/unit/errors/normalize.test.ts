import { describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { z } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { ExecError } from "../../../src/errors/exec-error.ts";
import { normalizeError } from "../../../src/errors/normalize.ts";

describe("anything thrown becomes one error", () => {
  test("our own error passes as it is", () => {
    const error = new ExecError("targetExists");
    expect(normalizeError(error)).toBe(error);
  });

  test.each<[string, unknown]>([
    ["a text", "boom"],
    ["undefined", undefined],
    ["null", null],
    ["an Error", new Error("secret /etc/passwd")],
    ["an Error of another realm", runInNewContext("new TypeError('secret')")],
    ["an object that asks for a status", { status: 200, message: "secret" }],
    ["an Error that asks for a status", Object.assign(new Error("secret"), { status: 404 })],
    ["an Error with an unknown code", Object.assign(new Error("secret"), { code: "EWEIRD", syscall: "x" })],
  ])("%s is a neutral internal error that keeps its cause", (_name, thrown) => {
    const error = normalizeError(thrown);
    expect(error.kind).toBe("internal");
    expect(error.message).toBe("Internal server error");
    expect(error.details).toBeUndefined();
    expect(error.cause).toBe(thrown as undefined);
  });

  test("schema issues name their field", () => {
    const { error: thrown } = z.object({ a: z.object({ b: z.string() }) }).safeParse({ a: {} });
    expect(normalizeError(thrown)).toMatchObject({ kind: "invalidInput", details: { field: "a.b" } });
  });

  test("an HTTP exception keeps its status and loses its text", () => {
    const error = normalizeError(new HTTPException(413, { message: "secret" }));
    expect(error).toMatchObject({ kind: "bodyTooLarge", message: "Payload too large" });
  });

  test("an absent file is a missing script, without its absolute path", async () => {
    const thrown = await stat("/nowhere/secret.ts").catch((error: unknown) => error);
    const error = normalizeError(thrown);
    expect(error).toMatchObject({ kind: "scriptMissing", status: 404 });
    expect(JSON.stringify([error.message, error.details])).not.toContain("secret");
  });

  test.each([
    ["ENOSPC", "storageFull"],
    ["EACCES", "storageFailed"],
    ["EEXIST", "targetExists"],
    ["ELOOP", "pathSymlink"],
    ["ENAMETOOLONG", "invalidInput"],
  ])("%s is %s", (code, kind) => {
    expect(normalizeError(Object.assign(new Error("x"), { code, syscall: "open" })).kind).toBe(
      kind as "internal",
    );
  });

  test("an aborted wait means that the process is going away", () => {
    expect(normalizeError(new DOMException("gone", "AbortError")).kind).toBe("shuttingDown");
  });
});

import { expect, test } from "bun:test";
import { absentAsNull, codeOf, uninterrupted } from "../../../src/base/system-error.ts";
import { systemError } from "../../support/faulty-files.ts";

test("codeOf knows the system's codes and nothing else", () => {
  expect(codeOf(systemError("ENOENT", "open"))).toBe("ENOENT");
  expect([codeOf(new Error("x")), codeOf("ENOENT"), codeOf(null)]).toEqual(["", "", ""]);
});

test("absentAsNull takes what is not there for null, and nothing else", () => {
  expect(absentAsNull(systemError("ENOENT", "open"))).toBeNull();
  expect(() => absentAsNull(systemError("EIO", "open"))).toThrow("EIO");
});

test("an interrupted call is made again, but not for ever, and no other failure is repeated", async () => {
  const callsUntilEnd = async (codes: readonly string[]) => {
    let calls = 0;
    const result = await uninterrupted(async () => {
      const code = codes[calls++];
      if (code !== undefined) throw systemError(code, "fsync");
      return "done";
    }).catch(codeOf);
    return { calls, result };
  };
  expect(await callsUntilEnd(["EINTR", "EINTR"])).toEqual({ calls: 3, result: "done" });
  expect(await callsUntilEnd(["EINTR", "EIO"])).toEqual({ calls: 2, result: "EIO" });
  const endless = await callsUntilEnd(Array(1_000).fill("EINTR"));
  expect(endless.result).toBe("EINTR");
  expect(endless.calls).toBeLessThan(20);
});

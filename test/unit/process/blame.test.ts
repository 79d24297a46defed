import { describe, expect, test } from "bun:test";
import { blame } from "../../../src/process/blame.ts";

const NOBODY = { script: null };
const STALLED = { stalled: true, exit: { code: null, signal: "SIGKILL" } };
const KILLED = { stalled: false, exit: { code: null, signal: "SIGKILL" } };
const FAULT = { stalled: false, exit: { code: null, signal: "SIGSEGV" } };

describe("blame", () => {
  test.each([
    ["a stall", STALLED],
    ["a fault", FAULT],
    ["a SIGKILL", KILLED],
  ])("after %s, the script whose code ran is named", (_name, how) => {
    const reading = { running: "default/1/a.ts", waiting: ["default/1/b.ts"] };
    expect(blame(reading, how)).toEqual({ script: "default/1/a.ts" });
  });

  test("without a mark, the only script that waited is the one that went on", () => {
    const reading = { running: null, waiting: ["default/1/b.ts"] };
    expect(blame(reading, STALLED)).toEqual({ script: "default/1/b.ts" });
    expect(blame(reading, FAULT)).toEqual({ script: "default/1/b.ts" });
  });

  test("of several that waited none is named, but all are told", () => {
    const waiting = ["default/1/b.ts", "default/1/c.ts"];
    expect(blame({ running: null, waiting }, STALLED)).toEqual({
      ...NOBODY,
      candidates: waiting,
    });
  });

  test("SIGKILL may come from anybody: scripts that waited are not suspected", () => {
    expect(blame({ running: null, waiting: ["default/1/b.ts"] }, KILLED)).toEqual(NOBODY);
  });

  test("a timer that is only known by its deployment names that", () => {
    expect(blame({ running: "default/1", waiting: [] }, STALLED)).toEqual({
      ...NOBODY,
      deployment: "default/1",
    });
  });
});

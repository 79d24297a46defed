import { describe, expect, test } from "bun:test";
import { count, summarise } from "../../scripts/step.ts";

describe("figures of a check", () => {
  test("those of the test runner are taken over", () => {
    expect(count(" 12 pass\n 3 skip\n 1 todo\n 2 fail\n 40 expect() calls\n", 1)).toEqual({
      passed: 12,
      failed: 2,
      skipped: 4,
    });
  });

  test("a run that fails outside its tests counts as a failure", () => {
    expect(count(" 12 pass\n 0 fail\n", 1)).toMatchObject({ passed: 12, failed: 1 });
  });

  test("any other command is one check", () => {
    expect(count("Checked 260 files", 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(count("error", 2)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe("the last line", () => {
  test("sums up over all checks and names skipped ones only where there are any", () => {
    const types = { name: "types", passed: 1, failed: 0, skipped: 0 };
    expect(summarise([types, { name: "unit", passed: 9, failed: 2, skipped: 0 }])).toBe(
      "10 passed, 2 failed",
    );
    expect(summarise([types, { name: "e2e", passed: 1, failed: 0, skipped: 3 }])).toBe(
      "2 passed, 0 failed, 3 skipped",
    );
  });
});

import { describe, expect, test } from "bun:test";
import { toExcerpt, toPlace } from "../../../src/compiler/excerpt.ts";

const SOURCE = "one\ntwo\nthree\nfour\nfive\nsix\n";

describe("toExcerpt", () => {
  test("shows two lines around the place, marks it and points at the column", () => {
    expect(toExcerpt(SOURCE, { line: 4, column: 2 })).toBe(
      ["  2 | two", "  3 | three", "> 4 | four", "    |  ^", "  5 | five", "  6 | six"].join("\n"),
    );
  });

  test("ends where the file begins and ends", () => {
    expect(toExcerpt("only", { line: 1, column: 1 })).toBe("> 1 | only\n    | ^");
    expect(toExcerpt("a\nb", { line: 2, column: 2 })).toBe("  1 | a\n> 2 | b\n    |  ^");
  });

  test("numbers keep in line from 9 to 10", () => {
    const rows = toExcerpt(Array.from({ length: 12 }, () => "x").join("\n"), { line: 9, column: 1 }).split(
      "\n",
    );
    expect(rows[1]).toBe("   8 | x");
    expect(rows[2]).toBe(">  9 | x");
    expect(rows[4]).toBe("  10 | x");
  });

  test("of a long line the part around the column is shown, with the caret under it", () => {
    const long = `${"x".repeat(89_999)}!${"y".repeat(10_000)}`;
    const [row = "", caret = ""] = toExcerpt(long, { line: 1, column: 90_000 }).split("\n");
    expect(row.length).toBeLessThan(200);
    expect(row[caret.indexOf("^")]).toBe("!");
  });

  test("line breaks of Windows leave nothing behind", () => {
    expect(toExcerpt("a\r\nb\r\n", { line: 1, column: 1 })).not.toContain("\r");
  });

  test("secrets of the header are hidden, the lines keep their numbers", () => {
    const source = "// @token s3cret note\n// @ai-key k3y\n// @description shown\nboom();";
    const excerpt = toExcerpt(source, { line: 2, column: 1 });
    expect(excerpt).not.toMatch(/s3cret|k3y/);
    expect(excerpt).toContain("  1 | // @token [REDACTED]");
    expect(excerpt).toContain("  3 | // @description shown");
  });

  test.each([0, 99])("a line that is not there (%d) gives no error", (line) => {
    expect(toExcerpt(SOURCE, { line, column: 1 })).toBeString();
  });
});

describe("toPlace", () => {
  test.each([
    [0, 1, 1],
    [2, 1, 3],
    [3, 1, 4],
    [4, 2, 1],
    [9, 3, 2],
    [SOURCE.length, 7, 1],
  ])("offset %d is line %d, column %d", (offset, line, column) => {
    expect(toPlace(SOURCE, offset)).toEqual({ line, column });
  });

  test("columns are UTF-16 units, as editors count", () => {
    expect(toPlace("😀x", 2)).toEqual({ line: 1, column: 3 });
  });
});

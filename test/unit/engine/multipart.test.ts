import { describe, expect, test } from "bun:test";
import { parseMultipart } from "../../../src/engine/multipart.ts";

const TYPE = "multipart/form-data; boundary=x";
const body = (text: string) => Buffer.from(text.replaceAll("\n", "\r\n"), "latin1");
const part = (disposition: string, content: string, type = "") =>
  `--x\nContent-Disposition: form-data; ${disposition}\n${type === "" ? "" : `Content-Type: ${type}\n`}\n${content}\n`;

describe("parseMultipart", () => {
  test("tells fields from files by the presence of a file name", () => {
    const raw = body(
      `${part('name="a"', "1")}${part('name="f"; filename="f.bin"', "\u00ff\0", "x/y")}--x--\n`,
    );
    expect(parseMultipart(raw, TYPE)).toEqual({
      fields: [["a", "1"]],
      files: [{ fieldName: "f", filename: "f.bin", type: "x/y", size: 2, data: Buffer.from([255, 0]) }],
    });
  });

  test("keeps the type that was sent, whatever the file is called", () => {
    const raw = body(`${part('name="f"; filename="f.txt"', "", "image/png")}--x--`);
    expect(parseMultipart(raw, TYPE).files).toMatchObject([{ type: "image/png", size: 0 }]);
  });

  test("a file without a type is text, as RFC 7578 says", () => {
    const raw = body(`${part('name="f"; filename="f"', "")}--x--`);
    expect(parseMultipart(raw, TYPE).files[0]?.type).toBe("text/plain");
  });

  test.each([
    ["quotes", 'name="a\\"b"', 'a"b'],
    ["quotes as browsers send them", 'name="a%22b"', 'a"b'],
    ["a backslash that escapes nothing", 'name="C:\\dir"', "C:\\dir"],
    ["a name without quotes", "name=plain", "plain"],
    ["a percent sign of the name itself", 'name="100%25"', "100%25"],
    ["a semicolon", 'name="a; b"', "a; b"],
  ])("reads %s in a name", (_what, disposition, name) => {
    expect(parseMultipart(body(`${part(disposition, "v")}--x--`), TYPE).fields).toEqual([[name, "v"]]);
  });

  test("names and values are UTF-8", () => {
    const raw = Buffer.from('--x\r\nContent-Disposition: form-data; name="größe"\r\n\r\nü\r\n--x--');
    expect(parseMultipart(raw, TYPE).fields).toEqual([["größe", "ü"]]);
  });

  test("content keeps line breaks and what only looks like a delimiter", () => {
    const content = "\n-x\n- --x\n\n--\n";
    const raw = body(`${part('name="a"', content)}${part('name="b"', "")}--x--`);
    expect(parseMultipart(raw, TYPE).fields).toEqual([
      ["a", content.replaceAll("\n", "\r\n")],
      ["b", ""],
    ]);
  });

  test("what stands before the first and after the last delimiter is no part", () => {
    const raw = body(`hello\n${part('name="a"', "1")}--x--\nbye\n`);
    expect(parseMultipart(raw, TYPE).fields).toEqual([["a", "1"]]);
  });

  test("a form without parts is empty", () => {
    expect(parseMultipart(body("--x--\n"), TYPE)).toEqual({ fields: [], files: [] });
  });

  test("the boundary may be quoted", () => {
    const raw = body(`${part('name="a"', "1")}--x--`);
    expect(parseMultipart(raw, 'multipart/form-data; charset=utf-8; Boundary="x"').fields).toHaveLength(1);
  });

  test.each([
    ["no boundary", "multipart/form-data", "--x--"],
    ["an empty body", TYPE, ""],
    ["no delimiter", TYPE, "{}"],
    ["no last delimiter", TYPE, part('name="a"', "1")],
    ["a part without a name", TYPE, `${part('filename="a"', "1")}--x--`],
    ["a part without headers", TYPE, "--x\n\n--x--"],
    ["text behind a delimiter", TYPE, '--x junk\nContent-Disposition: form-data; name="a"\n\n1\n--x--'],
  ])("refuses %s", (_what, type, text) => {
    expect(() => parseMultipart(body(text), type)).toThrow(SyntaxError);
  });
});

import { describe, expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { environmentFiles, isEnvironmentFile, readEnvironment } from "../../../src/scripts/environment.ts";
import { tempDir } from "../../support/temp-dir.ts";

describe("readEnvironment", () => {
  test("the nearest file wins, name by name", async () => {
    await using directory = await tempDir();
    await directory.write({
      "_default.env": "A=root\nB=root\nC=root\nD=root",
      "default/_default.env": "B=subdomain",
      "default/1/_default.env": "C=deployment",
      "default/1/x.env": "D=script",
      "default/2/_default.env": "A=other deployment",
      "default/1/y.env": "A=other script",
    });
    expect({ ...readEnvironment(directory.path, "default/1/x.ts") }).toEqual({
      A: "root",
      B: "subdomain",
      C: "deployment",
      D: "script",
    });
  });

  test("reads dotenv syntax: comments, quotes, export, line breaks", async () => {
    await using directory = await tempDir();
    await directory.write({ "x.env": "# note\nexport A=\"a b\\nc\" # end\nB='#1'\nEMPTY=\n__proto__=own\n" });
    const variables = readEnvironment(directory.path, "x.js");
    expect(Object.entries(variables).sort()).toEqual([
      ["A", "a b\nc"],
      ["B", "#1"],
      ["EMPTY", ""],
      ["__proto__", "own"],
    ]);
  });

  test("no file, or a directory of its name, gives nothing", async () => {
    await using directory = await tempDir();
    await mkdir(join(directory.path, "_default.env"));
    expect(Object.keys(readEnvironment(directory.path, "default/1/x.ts"))).toEqual([]);
  });
});

test("environment files are named from the farthest to the nearest", () => {
  expect(environmentFiles("default/1/x.ts")).toEqual([
    "_default.env",
    "default/_default.env",
    "default/1/_default.env",
    "default/1/x.env",
  ]);
  expect(environmentFiles("x.ts")).toEqual(["_default.env", "x.env"]);
  expect(environmentFiles("default/1/x.ts").every(isEnvironmentFile)).toBe(true);
});

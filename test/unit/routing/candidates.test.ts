import { expect, test } from "bun:test";
import { candidateRoots, fallbackFiles, triedFiles } from "../../../src/routing/candidates.ts";
import { toDeployment } from "../../../src/scripts/deployment.ts";

const DEPLOYMENT = toDeployment("app", "2");

test("roots are searched from the most to the least specific", () => {
  expect(candidateRoots(DEPLOYMENT)).toEqual(["app/2", "app", "2", ""]);
});

test("fallbacks are the subdomain's own script, then index files", () => {
  expect(fallbackFiles(DEPLOYMENT)).toEqual([
    "app.ts",
    "app.js",
    "app/index.ts",
    "app/index.js",
    "index.ts",
    "index.js",
  ]);
});

test("tried files are those that would have answered", () => {
  expect(triedFiles(["app/2", ""], ["x", "y"])).toEqual([
    "app/2/x/y.ts",
    "app/2/x/y.js",
    "app/2/x/y/index.ts",
    "app/2/x/y/index.js",
    "x/y.ts",
    "x/y.js",
    "x/y/index.ts",
    "x/y/index.js",
  ]);
  expect(triedFiles(["app/2", ""], [])).toEqual(["app/2/index.ts", "app/2/index.js", "index.ts", "index.js"]);
  expect(triedFiles(["app/2"], ["x", "y.js"])).toEqual(["app/2/x/y.js"]);
});

import { describe, expect, test } from "bun:test";
import { scriptApp } from "../../support/script-app.ts";
import { type ScriptRow, scriptRows } from "../../support/script-rows.ts";
import { WAYS } from "./helpers.ts";

describe("packages", () => {
  const PACKAGES = {
    "node_modules/fake-cjs/package.json": '{ "name": "fake-cjs", "version": "1.2.3", "main": "lib/main.js" }',
    "node_modules/fake-cjs/lib/main.js":
      "const inner = require('./inner');\nmodule.exports = { name: 'cjs', inner };",
    "node_modules/fake-cjs/lib/inner.js": "exports.deep = true;",
    "node_modules/fake-esm/package.json":
      '{ "name": "fake-esm", "version": "2.0.0", "type": "module", "exports": { ".": "./index.js", "./sub": "./sub.js" } }',
    "node_modules/fake-esm/index.js": "export const name = 'esm';\nexport default () => 'default';",
    "node_modules/fake-esm/sub.js": "export const name = 'sub';",
    "node_modules/@scope/pkg/package.json": '{ "name": "@scope/pkg", "version": "1.0.0" }',
    "node_modules/@scope/pkg/index.js": "exports.name = 'scoped';",
    "node_modules/fake-data/package.json": '{ "name": "fake-data", "version": "1.0.0" }',
    "node_modules/fake-data/data.json": '{ "name": "json" }',
  };
  scriptRows(
    {
      ...Object.fromEntries(
        Object.entries(WAYS).flatMap(([way, load]) =>
          [
            ["fake-cjs", "cjs"],
            ["fake-esm", "esm"],
            ["fake-esm/sub", "sub"],
            ["@scope/pkg", "scoped"],
            ["fake-data/data.json", "json"],
          ].map(([name, text]) => [
            `${way} of ${name}`,
            { script: `${load(name as string)}\nreturn m.name;`, text: text as string } satisfies ScriptRow,
          ]),
        ),
      ),
      "a default import of an ES module": {
        script: 'import d from "fake-esm";\nreturn d();',
        text: "default",
      },
      "a default import of CommonJS": {
        script: 'import d from "fake-cjs";\nreturn d;',
        json: { name: "cjs", inner: { deep: true } },
      },
      "a named import of CommonJS": {
        script: 'import { inner } from "fake-cjs";\nreturn inner;',
        json: { deep: true },
      },
      "zod comes with the server": {
        script: 'const { z } = require("zod");\nreturn typeof z.object;',
        text: "function",
      },
      "an absent package names itself, the script and the way out": {
        script: 'return require("not-there");',
        status: 500,
        text: /Cannot find module "not-there" from "default\/1\/row-\d+-..\...": .*bun add not-there/,
      },
      "an absent package in a static import names itself": {
        script: 'import x from "not-there";\nreturn x;',
        status: 500,
        text: /Cannot find module "not-there"/,
      },
      "a versioned specifier is refused": {
        script: 'return require("fake-cjs@1.2.3");',
        status: 500,
        text: /Cannot find module "fake-cjs@1\.2\.3".*version/,
      },
      "a versioned specifier of a scope is refused": {
        script: 'return require("@scope/pkg@1");',
        status: 500,
        text: /Cannot find module "@scope\/pkg@1".*version/,
      },
      "a package of the server itself is not there": {
        script: 'return require("hono");',
        status: 500,
        text: /Cannot find module "hono"/,
      },
    },
    PACKAGES,
  );
});

describe("packages that change built-ins while they are loaded work as everywhere", () => {
  const install = (name: string, source: string) => ({
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
    [`node_modules/${name}/index.js`]: source,
  });

  test.each([
    [
      "an extension of String.prototype",
      "String.prototype.shout = function () { return this + '!' }; exports.run = () => 'a'.shout();",
    ],
    ["a new member of Reflect", "Reflect.tag = () => 'a!'; exports.run = () => Reflect.tag();"],
    [
      "bind on a function of its own",
      "const Router = () => 1; Router.bind = () => 'a!'; exports.run = () => Router.bind();",
    ],
    [
      "constructor and toString on a prototype of its own",
      "function A() {} A.prototype = Object.create(Map.prototype); A.prototype.constructor = A; A.prototype.toString = () => 'a!'; exports.run = () => { if (new A().constructor !== A) throw 1; return String(new A()); };",
    ],
  ])("%s", async (_name, source) => {
    await using app = await scriptApp({
      ...install("patcher", `"use strict"; ${source}`),
      "default/1/a.js": "return require('patcher').run();",
      "default/1/fresh.js": "Object.prototype.x = 1; return require('patcher').run();",
    });
    for (const path of ["/a", "/fresh", "/a"]) expect(await (await app.fetch(path)).text()).toBe("a!");
  });
});

test("require takes a package's CommonJS build, import its ES module", async () => {
  await using app = await scriptApp({
    "node_modules/dual/package.json": JSON.stringify({
      name: "dual",
      version: "1.0.0",
      exports: { import: "./esm.mjs", require: "./cjs.cjs" },
    }),
    "node_modules/dual/esm.mjs": "export default 'esm';",
    "node_modules/dual/cjs.cjs": "module.exports = 'cjs';",
    "default/1/a.js": "return require('dual');",
    "default/1/b.js": "import dual from 'dual'; return dual;",
  });
  expect([(await app.ask("/a")).text, (await app.ask("/b")).text]).toEqual(["cjs", "esm"]);
});

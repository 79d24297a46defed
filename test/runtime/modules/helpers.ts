/** TABLE: how a script gets at a module's exports; `m` is what it then looks at. */
export const WAYS: Readonly<Record<string, (specifier: string) => string>> = {
  require: (specifier) => `const m = require("${specifier}");`,
  "import * as": (specifier) => `import * as m from "${specifier}";`,
  "import()": (specifier) => `const m = await import("${specifier}");`,
};

/** Helpers of every kind, by their path below the scripts root. */
export const HELPERS = {
  "default/1/_lib/esm.ts": "export const n: number = 1;\nexport default function () { return 'default'; }",
  "default/1/_lib/esm-js.js": "export const n = 1;\nexport default () => 'default';",
  "default/1/_lib/cjs.js": "exports.n = 1;\nexports.default = () => 'default';\nexports.__esModule = true;",
  "default/1/_lib/cjs-ts.ts":
    "const n: number = 1;\nexports.n = n;\nexports.default = () => 'default';\nexports.__esModule = true;",
  "default/1/_lib/enums.ts":
    "export enum E { A = 1 }\nexport const n = E.A;\nexport default () => 'default';",
  "default/1/_lib/folder/index.ts": "export { n } from '../esm.ts';\nexport { default } from '../esm.ts';",
  "default/1/_lib/data.json": '{ "n": 1 }',
  "default/1/_lib/both.ts": "export const kind = 'ts';",
  "default/1/_lib/both.js": "export const kind = 'js';",
  "default/1/_lib/plain.cjs": "module.exports = { n: 1 };",
  "default/1/_lib/plain.mjs": "export const n = 1;",
  "default/1/_lib/star.ts": "export * from './esm.ts';\nexport const own = 2;",
  "default/1/_lib/named.ts":
    "export * as inner from './esm.ts';\nexport { n as renamed, default as made } from './esm.ts';",
  "default/1/_lib/shadow.ts": "export * from './esm.ts';\nexport const n = 'own';",
  "default/1/_lib/live.ts": "export let count = 0;\nexport function grow() { count++; }",
  "default/1/_lib/waits.ts": "export const n = await Promise.resolve(1);\nexport default () => 'default';",
  "default/1/_lib/over-waits.ts": "export { n } from './waits.ts';",
  "default/1/_lib/even.ts":
    "import { odd } from './odd.ts';\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);",
  "default/1/_lib/odd.ts":
    "import { even } from './even.ts';\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);",
  "default/1/_lib/cycle-a.js":
    "exports.early = 'a';\nconst b = require('./cycle-b.js');\nexports.seen = b.seen;",
  "default/1/_lib/cycle-b.js": "exports.seen = require('./cycle-a.js').early;",
  "default/1/_lib/throws.ts": "throw new Error('broken helper');",
  "default/1/_lib/wants.ts": "import { absent } from './nowhere.ts';\nexport default absent;",
  "default/1/_lib/function.js": "module.exports = (a) => a + 1;",
  "default/1/_lib/names.ts":
    "export const where = [typeof console.log, typeof require, typeof process.env, typeof Bun.$, typeof fs.readFileSync, __filename.slice(-8), typeof setTimeout];",
  "default/1/_lib/meta.ts": "export const { file, dir, url } = import.meta;",
  "default/1/_lib/class.ts":
    "export class Box { constructor(readonly v: unknown) {} }\nexport const error = new TypeError('t');",
  "default/1/_lib/typed.ts": "export type A = number;\nexport interface B { a: A }\nexport const n: A = 1;",
  "default/1/_lib/uses-json.ts": "import data from './data.json';\nexport const { n } = data;",
  "default/1/_lib/decorated.ts":
    "const tag = (target: any) => { target.tag = 1; };\n@tag export class A { static tag: number }",
  "shared-lib/util.ts": "export const n = 'from the root';",
};

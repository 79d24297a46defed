import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { withoutGuards } from "../../../src/compiler/loop-guards.ts";
import { prepareScript } from "../../../src/compiler/prepare.ts";

const prepared = (source: string) => prepareScript(source, "a.js", { guarded: true });
const isStripped = (source: string) => prepared(source).body.includes("$$left");

describe("a loop is cut into strips", () => {
  test.each([
    "for (let i = 0; i < n; i++) sum += i",
    "for (var i = 0, m = 9; i < n; i++) sum += m",
    "for (i = 0; i < n; i++) sum += i",
    "for ((i = 0); (i < (n)); (i++)) { sum += i }",
    "for (; i < n; ) i++",
    "for (;;) n++",
    "while (n > 0) n--",
    "while ((n--)) { sum += n }",
    "for (let i = 0; i < n; i++) sum += Math.abs(rows[i].size)",
    "for (let i = 0; i < n; i++) for (let j = 0; j < 9; j++) n += j",
  ])("%s", (source) => {
    expect(isStripped(source)).toBe(true);
    expect(withoutGuards(prepared(source).body)).toBe(source);
  });
});

describe("a loop stays whole", () => {
  test.each([
    ["that calls something", "while (n > 0) n = next(n)"],
    [
      "that makes a function, which may see a variable of its round",
      "for (let i = 0; i < n; i++) f = () => i",
    ],
    ["that waits", "while (n > 0) await n--"],
    ["that can be continued by its name", "a: for (let i = 0; i < n; i++) for (const b of c) continue a"],
    ["whose first variable has no value", "for (let i; i !== n; ) i = n"],
    ["with a comment where it would be cut", "for (;/* ; */;) n++"],
    ["that asks at its end", "do n--; while (n > 0)"],
    ["over values", "for (const b of c) n += b"],
    ["around another one", "do for (let i = 0; i < 3; i++) n += i; while (f())"],
  ])("%s", (_what, source) => {
    expect(isStripped(source)).toBe(false);
  });
});

test("of loops within loops only the innermost is cut", () => {
  const { body } = prepared("for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sum += i * j");
  expect(body).toContain("$$left1=-1");
  expect(body).not.toContain("$$left0");
});

/** Runs a script whose ticks change between any two looks, or never do. */
function run(body: string, guards: ReturnType<typeof prepared>["guards"], tickAt: number) {
  let looks = 0;
  const ticks = {
    get 0() {
      return tickAt > 0 ? Math.floor(looks++ / tickAt) : 0;
    },
    1: 0,
    2: 0,
  };
  const guard = { at: () => ({}) };
  const loops = { ticks, guards: Array.from({ length: guards?.loops.length ?? 0 }, () => guard) };
  return new Function(guards?.sites ?? "_", `${guards?.bindings ?? ""}${guards?.topLevel ?? ""}${body}`)(
    loops,
  );
}

test("tests and updates happen as often as without a guard, wherever a strip ends", () => {
  const source = `let tests = 0, updates = 0, rounds = 0;
for (let i = 0; tests++, i < 700; updates++, i++) { if (i % 3 === 0) continue; rounds++; }
let n = 900;
while (n-- > 0) { if (n === 100) break; }
return [tests, updates, rounds, n];`;
  const { body, guards } = prepared(source);
  for (const tickAt of [0, 1, 2, 7, 1000]) expect(run(body, guards, tickAt)).toEqual([701, 700, 466, 100]);
});

test("a loop left by an error, or by way of an outer one, begins anew", () => {
  const source = `const seen = [], limit = 50;
for (const each of [1, 2, 3]) { try { for (let i = 0; i < limit; i++) { seen.push(i); if (i === each) throw each; } } catch {} }
outer: for (const each of [1, 2]) { for (let i = 0; i < limit; i++) { seen.push(i); if (i === each) continue outer; } }
return seen;`;
  const { body, guards } = prepared(source);
  expect(body).toContain("$$left");
  for (const tickAt of [0, 1, 3])
    expect(run(body, guards, tickAt)).toEqual([0, 1, 0, 1, 2, 0, 1, 2, 3, 0, 1, 0, 1, 2]);
});

/** Loops within loops, with every way out, that note what they do; each ends after so many rounds. */
const loop: fc.Memo<string> = fc.memo((depth) =>
  fc
    .record({
      kind: fc.constantFrom("for", "while", "do", "for-empty"),
      rounds: fc.integer({ min: 0, max: depth > 1 ? 6 : 60 }),
      label: fc.boolean(),
      braces: fc.boolean(),
      leave: fc.constantFrom("", "if (t % 7 === 0) continue;", "if (t % 11 === 0) break;", "LABEL"),
      inner: depth > 1 ? loop(depth - 1) : fc.constant(""),
    })
    .map(({ kind, rounds, label, braces, leave, inner }) => {
      const name = `L${depth}`;
      const way = leave === "LABEL" ? (label ? `if (t % 5 === 0) break ${name};` : "") : leave;
      const steps = `t = t * 31 + ${depth} & 65535; ${way} ${inner}`;
      const body = braces || way !== "" || inner !== "" ? `{ ${steps} }` : "t = t * 31 + 1 & 65535;";
      const n = `n${depth}`;
      const whole = {
        for: `for (let i = 0; i < ${rounds}; i++) ${body}`,
        while: `for (const ${n} of [{ left: ${rounds} }]) while (${n}.left-- > 0) ${body}`,
        do: `for (const ${n} of [{ left: ${rounds} }]) do ${body} while (${n}.left-- > 0)`,
        "for-empty": `for (const ${n} of [{ left: ${rounds} }]) for (;;) { if (${n}.left-- <= 0) break; ${body} }`,
      }[kind];
      return `${label ? `${name}: ` : ""}${whole.replace(/for \(let i = 0; i < (\d+)/, "for (let i = 0; i < limits[$1]")}`;
    }),
);

test("whatever loops it has, a script does the same with guards", () => {
  fc.assert(
    fc.property(loop(3), fc.integer({ min: 0, max: 9 }), (loops, tickAt) => {
      const source = `let t = 1; const limits = Array.from({ length: 61 }, (_, at) => at);\n${loops}\nreturn t;`;
      const { body, guards } = prepared(source);
      expect(withoutGuards(body)).toBe(source);
      expect(run(body, guards, tickAt)).toBe(new Function(source)());
    }),
    { numRuns: 300 },
  );
});

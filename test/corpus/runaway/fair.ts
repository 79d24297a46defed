/** Requests of one script at once, each of which works for a while. */
export interface FairCase {
  readonly name: string;
  /** Texts of the script's directory by name; `/a` is called. */
  readonly files: Readonly<Record<string, string>>;
}

/** Requests at once; what they work together must be several loop limits. */
export const FAIR_CALLS = 64;

/** TABLE: ways in which many requests get their turns one after the other. Each answers "done" after `shareMs` of work. */
export function fairCases(shareMs: number): readonly FairCase[] {
  const work = `const until = performance.now() + ${shareMs};
while (performance.now() < until) String(until);
return "done";`;
  const helper = `exports.work = () => { ${work} };`;
  const ready = `shared.ready ??= new Promise((done) => setTimeout(done, 30));\nawait shared.ready;`;
  return [
    { name: "requests that came at once", files: { "a.js": work } },
    { name: "requests that wait for a place", files: { "a.js": `// @concurrent 1\n${work}` } },
    { name: "requests that wait for the same thing", files: { "a.js": `${ready}\n${work}` } },
    {
      name: "requests that wait for the same thing and call the same helper",
      files: { "a.js": `${ready}\nreturn require("./_b.js").work();`, "_b.js": helper },
    },
    { name: "worker requests", files: { "a.js": `// @mode worker\n${work}` } },
    { name: "handlers", files: { "a.js": `module.exports = () => { ${work} };` } },
    {
      name: "requests that take turns",
      files: {
        "a.js": `${ready}\nfor (let i = 0; i < 5; i++) { for (let j = 0; j < 9; j++) Math.sqrt(j); await null; }\n${work}`,
      },
    },
  ];
}

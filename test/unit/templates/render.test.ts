// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates hold templates
import { describe, expect, test } from "bun:test";
import { missingVariables, renderTemplate } from "../../../src/templates/render.ts";
import type { TemplateParam } from "../../../src/templates/template.ts";

const template = (code: string, params: readonly TemplateParam[] = []) => ({
  code,
  metadata: { category: "", tags: [], description: "", params, version: "", author: "" },
});
const render = (code: string, variables: Record<string, unknown>, params?: readonly TemplateParam[]) =>
  renderTemplate(template(code, params), variables);

describe("renderTemplate", () => {
  test.each<[code: string, variables: Record<string, unknown>, rendered: string]>([
    ['return "{{a}} {{ a }}";', { a: "x" }, 'return "x x";'],
    ['return "{{a}}";', { a: 5 }, 'return "5";'],
    ['return "{{a}}";', { a: false }, 'return "false";'],
    ['return "{{a}}";', { a: null }, 'return "{{a}}";'],
    ['return "{{a}}";', {}, 'return "{{a}}";'],
    [
      'return "{{constructor}}{{__proto__}}{{toString}}";',
      {},
      'return "{{constructor}}{{__proto__}}{{toString}}";',
    ],
    ['return "{{a}}{{b}}";', { a: "{{b}}", b: "x" }, 'return "{{b}}x";'],
    ['return "{{a}}";', { a: "$& $1 $$" }, 'return "\\u0024& \\u00241 \\u0024\\u0024";'],
    ["return `{{a}}{1}`;", { a: "$" }, "return `\\u0024{1}`;"],
    ["return '{{a}}';", { a: "'\n\\" }, "return '\\u0027\\u000a\\u005c';"],
    ["return '{{a}}';", { a: "\uD800\u2028😀" }, "return '\\ud800\\u2028😀';"],
  ])("%j with %j", (code, variables, rendered) => {
    expect(render(code, variables)).toBe(rendered);
  });

  test("an object stands there as its JSON, which the string gives back", () => {
    const value = { list: [1, "two"], text: 'say "hi"' };
    const code = render('return JSON.parse("{{value}}");', { value });
    expect(new Function(code)()).toEqual(value);
  });

  test.each<[code: string, values: Record<string, unknown>, rendered: string]>([
    ["{{body}}", { body: 'const s = "a";\nreturn `x`;' }, 'const s = "a";\nreturn `x`;'],
    ["return {{a}};", { a: { x: 1 } }, 'return {"x":1};'],
    ["return `${ {{a}} }{{b}}`;", { a: '"x"', b: "`" }, 'return `${ "x" }\\u0060`;'],
    ["const r = /['\"{{a}}]/; return {{b}};", { a: "'", b: '"c"' }, 'const r = /[\'"\\u0027]/; return "c";'],
    ["return 4 / 2 / {{a}};", { a: '"1"' }, 'return 4 / 2 / "1";'],
    ["f(); // it's {{a}}\nreturn {{a}};", { a: "b\nc" }, "f(); // it's b c\nreturn b\nc;"],
    ["/* {{a}} */ return 1;", { a: "*/ evil(); /*" }, "/* * / evil(); /* */ return 1;"],
  ])("outside of strings a value is code, in a comment it is a comment: %j", (code, values, rendered) => {
    expect(render(code, values)).toBe(rendered);
  });

  test("in the header a value is one line, as it is", () => {
    expect(render("\n// @description {{a}}\n// {{a}}\nreturn '{{a}}';", { a: "Ada's\r\nalert()" })).toBe(
      "\n// @description Ada's alert()\n// Ada's alert()\nreturn 'Ada\\u0027s\\u000d\\u000aalert()';",
    );
  });

  test.each([["// a\rreturn '{{a}}';"], ["// a\u2028return '{{a}}';"], ["let x = `\n// {{a}}`;"]])(
    "what only looks like the header is code: %j",
    (code) => {
      expect(render(code, { a: "'" })).toContain("\\u0027");
    },
  );

  test("a default stands in for a value that is not given, null included", () => {
    const params = [
      { name: "a", default: "d" },
      { name: "b", default: 0 },
    ];
    expect(render('"{{a}}{{b}}"', { a: null }, params)).toBe('"d0"');
    expect(render('"{{a}}{{b}}"', { a: "" }, params)).toBe('"0"');
  });
});

describe("missingVariables", () => {
  const params = [
    "plain",
    { name: "needed", required: true },
    { name: "free" },
    { name: "filled", required: true, default: 1 },
  ];

  test.each<[Record<string, unknown>, readonly string[]]>([
    [{}, ["plain", "needed"]],
    [{ plain: "", needed: 0 }, []],
    [{ plain: null, needed: "x" }, ["plain"]],
  ])("of %j", (variables, missing) => {
    expect(missingVariables(template("", params), variables)).toEqual(missing);
  });

  test("names of Object.prototype are not there by themselves", () => {
    expect(missingVariables(template("", ["constructor", "__proto__"]), {})).toEqual([
      "constructor",
      "__proto__",
    ]);
  });
});

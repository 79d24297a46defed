import { CATEGORIES, type Category, type Range } from "./directive.ts";
import { WINDOW_LINES } from "./scan.ts";
import { directiveOf, LISTED, type ListedName } from "./table.ts";

/** The directives as `GET /api/v1/exec/magic-comments/schema` shows them (magic-comments.md §7). */
export interface DirectivesDocument {
  readonly schema_version: string;
  readonly total_fields: number;
  readonly parse_window_lines: number;
  readonly unknown_keys_behavior: "ignored";
  /** What each column of the defaults means. */
  readonly defaults_context: {
    readonly when_omitted: string;
    readonly runtime: string;
    readonly sdk_import: string;
  };
  /** Names of the modules behind the document. */
  readonly source_of_truth: {
    readonly interface: string;
    readonly parser: string;
    readonly runtime_defaults: string;
    readonly sdk_import_defaults: string;
  };
  readonly categories: Readonly<Record<Category, readonly string[]>>;
  readonly fields: readonly DirectiveField[];
}

/** One directive in the {@link DirectivesDocument}. */
export interface DirectiveField {
  readonly key: string;
  readonly directive: string;
  readonly category: Category;
  readonly type: string;
  readonly enum_values?: readonly string[];
  readonly accepts_keywords?: readonly string[];
  readonly range?: Range;
  readonly description: string;
  readonly defaults: {
    readonly when_omitted: unknown;
    readonly runtime: unknown;
    readonly sdk_import: unknown;
  };
  readonly examples?: readonly string[];
  readonly notes?: readonly string[];
}

/** Grows when the shape of the document does. */
const SCHEMA_VERSION = "1.0.0";

const LISTED_NAMES = Object.keys(LISTED) as readonly ListedName[];

/** Builds the schema document from the table. */
export function describeDirectives(): DirectivesDocument {
  return {
    schema_version: SCHEMA_VERSION,
    total_fields: LISTED_NAMES.length,
    parse_window_lines: WINDOW_LINES,
    unknown_keys_behavior: "ignored",
    defaults_context: {
      when_omitted: "Value the API reports when the directive is absent",
      runtime: "Behaviour in force when the directive is absent",
      sdk_import: "Value that imported proxy scripts are given",
    },
    source_of_truth: {
      interface: "directives/table.ts",
      parser: "directives/parse.ts",
      runtime_defaults: "directives/effective.ts",
      sdk_import_defaults: "directives/table.ts",
    },
    categories: Object.fromEntries(
      CATEGORIES.map((category) => [
        category,
        LISTED_NAMES.filter((name) => LISTED[name].category === category),
      ]),
    ) as Record<Category, string[]>,
    fields: LISTED_NAMES.map(toField),
  };
}

/** The table of the README: one row for each public directive. */
export function directivesAsMarkdown(): string {
  const rows = LISTED_NAMES.map((name) => {
    const { description, defaults, grammar } = directiveOf(name);
    const standard = defaults.runtime === null ? "" : grammar.print(defaults.runtime);
    return `| \`@${name}\` | ${toCode(sampleValues(name))} | ${toCode([standard])} | ${description} |`;
  });
  return ["| Directive | Values | Default | What it does |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** All values where there are few, else those of the examples. */
function sampleValues(name: ListedName): readonly string[] {
  const { grammar, examples = [] } = directiveOf(name);
  if (grammar.type === "boolean") return ["true", "false"];
  return grammar.enumValues ?? examples.map((example) => example.replace(`// @${name} `, ""));
}

function toCode(values: readonly string[]): string {
  return values
    .filter((value) => value !== "")
    .map((value) => `\`${value}\``)
    .join(", ");
}

function toField(name: ListedName): DirectiveField {
  const { category, grammar, description, defaults, examples, notes } = directiveOf(name);
  return {
    key: name,
    directive: `@${name}`,
    category,
    type: grammar.type,
    ...(grammar.enumValues && { enum_values: grammar.enumValues }),
    ...(grammar.keywords && { accepts_keywords: grammar.keywords }),
    ...(grammar.range && { range: grammar.range }),
    description,
    defaults: { when_omitted: defaults.omitted, runtime: defaults.runtime, sdk_import: defaults.sdk },
    ...(examples && { examples }),
    ...(notes && { notes }),
  };
}

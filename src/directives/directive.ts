/** The groups of the documentation, in its order (magic-comments.md §3). */
export const CATEGORIES = ["execution", "logging", "cors", "ai", "metadata"] as const;

/** One of {@link CATEGORIES}. */
export type Category = (typeof CATEGORIES)[number];

/** What a grammar makes of the text behind a directive's name. */
export type Reading<V> =
  | { readonly kind: "value"; readonly value: V }
  /** Read leniently: a header may say so, but it is not what was written, so the editor refuses to write it. */
  | { readonly kind: "adjusted"; readonly value: V; readonly reason: string }
  /** The reason never quotes the text, which may be a secret. */
  | { readonly kind: "unusable"; readonly reason: string };

/** How one kind of value is read, printed and described (magic-comments.md §2). */
export interface Grammar<V> {
  /** Type name in the schema document (magic-comments.md §7). */
  readonly type: string;
  readonly enumValues?: readonly string[];
  /** Words accepted beside the values of the type. */
  readonly keywords?: readonly string[];
  readonly range?: Range;
  /** The value must not leave the process: answers, warnings and error texts show `[REDACTED]`. */
  readonly secret?: true;
  /** Reads the text behind the name, already trimmed; a bare directive gives `""`. Never throws. */
  parse(text: string): Reading<V>;
  /** Text that `parse` reads as this very value. */
  print(value: V): string;
}

/** Inclusive bounds of a number. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/**
 * One magic comment: an entry of the directives table.
 *
 * @typeParam V What its grammar reads.
 * @typeParam R What the engine sees when the header is silent.
 */
export interface Directive<V = unknown, R extends V | null = V | null> {
  readonly category: Category;
  readonly grammar: Grammar<V>;
  /** One sentence without a full stop, for the schema document and the README. */
  readonly description: string;
  readonly defaults: {
    /** Reported by the API when the directive is absent. */
    readonly omitted: V | null;
    /** In force when the directive is absent. */
    readonly runtime: R;
    /** Given to imported proxy scripts. */
    readonly sdk: V | null;
  };
  /** Most lines of this directive that count; without it the last line wins. */
  readonly linesMax?: number;
  readonly examples?: readonly string[];
  readonly notes?: readonly string[];
}

/** Types an entry: a default that the grammar could not have produced does not compile. */
export function directive<V, const R extends NoInfer<V> | null>(
  entry: Omit<Directive<V, R>, "defaults"> & {
    readonly defaults: {
      readonly omitted: NoInfer<V> | null;
      readonly runtime: R;
      readonly sdk: NoInfer<V> | null;
    };
  },
): Directive<V, R> {
  return entry;
}

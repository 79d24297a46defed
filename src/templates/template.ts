/** A blank of a script: code with `{{placeholders}}`, and what a person should know before filling it in. */
export interface Template {
  readonly name: string;
  readonly metadata: TemplateMetadata;
  readonly code: string;
  /** Whether it came with the program; those can be neither changed nor deleted. */
  readonly builtin: boolean;
}

/** What lists show of a template. */
export interface TemplateMetadata {
  readonly category: string;
  readonly tags: readonly string[];
  readonly description: string;
  readonly params: readonly TemplateParam[];
  readonly version: string;
  readonly author: string;
}

/** A placeholder of the code. Its name alone means that a value is required. */
export type TemplateParam =
  | string
  | {
      readonly name: string;
      readonly description?: string | undefined;
      /** false when left out. */
      readonly required?: boolean | undefined;
      /** Stands in for a value that is not given. */
      readonly default?: string | number | boolean | undefined;
    };

/** Values by the names of placeholders, as a caller sends them. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/** Whether a text can name a template (control-api.md §7): it becomes a file name. */
export function isTemplateName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text) && !text.includes("..");
}

import { ExecError } from "../errors/exec-error.ts";
import {
  CustomTemplates,
  type CustomTemplatesOptions,
  type TemplatePatch,
  templateExists,
} from "./custom-templates.ts";
import type { Template } from "./template.ts";

/** Which templates a list holds. */
export interface TemplateFilter {
  /** Every category when left out. */
  readonly category?: string | undefined;
  readonly includeBuiltin: boolean;
  readonly includeCustom: boolean;
}

/** Every template by name: those that came with the program, and the user's own. */
export class TemplateCatalog {
  readonly #custom: CustomTemplates;

  constructor(options: CustomTemplatesOptions) {
    this.#custom = new CustomTemplates(options);
  }

  /** The built-in ones first. */
  async list({ category, includeBuiltin, includeCustom }: TemplateFilter): Promise<readonly Template[]> {
    const found = [
      ...(includeBuiltin ? await builtinTemplates() : []),
      ...(includeCustom ? await this.#custom.list() : []),
    ];
    return category === undefined ? found : found.filter(({ metadata }) => metadata.category === category);
  }

  /** @throws {ExecError} `templateMissing`; as `CustomTemplates.find`. */
  async find(name: string): Promise<Template> {
    const found = (await builtinNamed(name)) ?? (await this.#custom.find(name));
    if (found === null) throw new ExecError("templateMissing");
    return found;
  }

  /** @throws {ExecError} `templateExists` also for a built-in name; as `CustomTemplates.create`. */
  async create(name: string, patch: TemplatePatch) {
    if ((await builtinNamed(name)) !== undefined) throw templateExists(name);
    return this.#custom.create(name, patch);
  }

  /** Changes a template of the user's. @throws {ExecError} As `CustomTemplates.update`. */
  update(name: string, patch: TemplatePatch): Promise<Template> {
    return this.#custom.update(name, patch);
  }

  /** Deletes a template of the user's. @throws {ExecError} As `CustomTemplates.delete`. */
  delete(name: string): Promise<void> {
    return this.#custom.delete(name);
  }
}

async function builtinNamed(name: string): Promise<Template | undefined> {
  return (await builtinTemplates()).find((template) => template.name === name);
}

/** Loaded when somebody asks, so that the start of the server does not pay for them. */
async function builtinTemplates(): Promise<readonly Template[]> {
  return (await import("./builtin/index.ts")).BUILTIN_TEMPLATES;
}

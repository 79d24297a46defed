import type { Logger } from "pino";
import { isRecord } from "../base/realm.ts";
import { safePath } from "../base/safe-path.ts";
import { ExecError, isExecError } from "../errors/exec-error.ts";
import { PathLocks } from "../scripts/path-locks.ts";
import type { ScriptStore } from "../scripts/store.ts";
import { isTemplateName, type Template, type TemplateMetadata, type TemplateParam } from "./template.ts";

/** Where custom templates lie, relative to the scripts root. */
const DIRECTORY = "_hoody/templates";

const EXTENSION = ".json";

/** What a template says about itself when its file does not. */
export const METADATA_DEFAULTS: TemplateMetadata = {
  category: "custom",
  tags: [],
  description: "Custom template",
  params: [],
  version: "1.0.0",
  author: "User",
};

/** What a caller may change of a template. */
export interface TemplatePatch {
  readonly code?: string | undefined;
  readonly metadata?:
    | { readonly [Key in keyof TemplateMetadata]?: TemplateMetadata[Key] | undefined }
    | undefined;
}

/** Collaborators of {@link CustomTemplates}. */
export interface CustomTemplatesOptions {
  readonly scripts: ScriptStore;
  readonly log: Pick<Logger, "warn">;
  /** How many there may be. */
  readonly countMax: number;
  /** Bytes of code of one. */
  readonly sizeMax: number;
}

/**
 * The templates of the user: one JSON file for each, with its code line by line, so that code and metadata change
 * together or not at all and the file can still be read and edited by hand.
 */
export class CustomTemplates {
  readonly #options: CustomTemplatesOptions;
  readonly #creations = new PathLocks();

  constructor(options: CustomTemplatesOptions) {
    this.#options = options;
  }

  /** Every template that can be read, by name; a file that cannot is logged and left out. */
  async list(): Promise<readonly Template[]> {
    const found: Template[] = [];
    for (const name of await this.#names()) {
      try {
        const template = await this.find(name);
        if (template !== null) found.push(template);
      } catch (error) {
        this.#options.log.warn({ err: error, template: name }, "Cannot read a custom template");
      }
    }
    return found;
  }

  /** @returns null when there is none. @throws {ExecError} `templateUnreadable`, `storageFailed`. */
  async find(name: string): Promise<Template | null> {
    try {
      const { text } = await this.#options.scripts.readText(this.#fileOf(name));
      return readTemplate(name, text);
    } catch (error) {
      if (isExecError(error) && error.kind === "scriptMissing") return null;
      throw error;
    }
  }

  /**
   * Stores a new template; it is on the disk when this resolves.
   *
   * @returns The template and its file, relative to the scripts root.
   * @throws {ExecError} `templateExists`, `templatesFull`, `templateTooLarge`, `storageFailed`.
   */
  create(
    name: string,
    { code = "", metadata = {} }: TemplatePatch,
  ): Promise<{ readonly template: Template; readonly file: string }> {
    // One at a time: two at once could both find the last place free.
    return this.#creations.run([DIRECTORY], async () => {
      const file = this.#fileOf(name);
      const names = await this.#names();
      if (names.includes(name)) throw templateExists(name);
      const { countMax, scripts } = this.#options;
      if (names.length >= countMax) {
        throw new ExecError(
          "templatesFull",
          `Cannot create "${name}": there are ${countMax} custom templates already`,
          {
            details: { field: "name", reason: "too many templates", limit: countMax },
            limit: "templatesMax",
          },
        );
      }
      const template = { name, code, metadata: merge(METADATA_DEFAULTS, metadata), builtin: false };
      await scripts.write(file, this.#print(template), { createDirs: true });
      return { template, file };
    });
  }

  /**
   * Changes code, metadata or both; what is not named stays.
   *
   * @throws {ExecError} `templateMissing`, `templateTooLarge`, `templateUnreadable`, `storageFailed`.
   */
  async update(name: string, { code, metadata = {} }: TemplatePatch): Promise<Template> {
    const edit = (text: string) => {
      const stored = readTemplate(name, text);
      const template = { ...stored, code: code ?? stored.code, metadata: merge(stored.metadata, metadata) };
      return { source: this.#print(template), template };
    };
    return orTemplateMissing(
      async () => (await this.#options.scripts.edit(this.#fileOf(name), edit)).template,
    );
  }

  /** @throws {ExecError} `templateMissing`, `storageFailed`. */
  async delete(name: string): Promise<void> {
    await orTemplateMissing(() => this.#options.scripts.delete(this.#fileOf(name)));
  }

  async #names(): Promise<readonly string[]> {
    try {
      const entries = await this.#options.scripts.list(DIRECTORY, { recursive: false });
      return entries
        .filter(({ name, isDirectory }) => !isDirectory && name.endsWith(EXTENSION))
        .map(({ name }) => name.slice(0, -EXTENSION.length))
        .filter(isTemplateName);
    } catch (error) {
      if (isExecError(error) && error.kind === "directoryMissing") return [];
      throw error;
    }
  }

  /** @throws {ExecError} `pathSymlink` where a link leads out of the scripts root. */
  #fileOf(name: string): string {
    const file = `${DIRECTORY}/${name}${EXTENSION}`;
    if (safePath(this.#options.scripts.root, file).kind === "refused") throw new ExecError("pathSymlink");
    return file;
  }

  #print({ name, code, metadata }: Template): string {
    const { sizeMax } = this.#options;
    const size = Buffer.byteLength(code);
    if (size > sizeMax) {
      throw new ExecError("templateTooLarge", `Code of ${size} bytes is over the limit of ${sizeMax}`, {
        details: { field: "code", reason: "too large", maxBytes: sizeMax },
        limit: "templateSizeMax",
      });
    }
    return `${JSON.stringify({ name, metadata, code: code.split("\n") }, null, 2)}\n`;
  }
}

/** The refusal of a name that is taken. */
export function templateExists(name: string): ExecError {
  return new ExecError("templateExists", undefined, {
    details: { field: "name", reason: `"${name}" exists` },
  });
}

/** Reads what {@link CustomTemplates} has written, or somebody by hand: `code` may be one text, too. */
function readTemplate(name: string, text: string): Template {
  const unreadable = (reason: string, cause?: unknown) =>
    new ExecError("templateUnreadable", `Cannot read template "${name}": ${reason}`, {
      details: { reason },
      cause,
    });
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (cause) {
    throw unreadable("its file is no JSON", cause);
  }
  if (!isRecord(stored)) throw unreadable("its file holds no object");
  const { code, metadata } = stored;
  const lines = Array.isArray(code) ? code : [code];
  if (!lines.every((line) => typeof line === "string"))
    throw unreadable("its code is no text and no list of lines");
  return { name, code: lines.join("\n"), metadata: readMetadata(metadata), builtin: false };
}

/** Only what has the right type, so that a slip of the hand costs one field and not the template. */
function readMetadata(stored: unknown): TemplateMetadata {
  const given = isRecord(stored) ? stored : {};
  const text = (key: "category" | "description" | "version" | "author") => {
    const value = given[key];
    return typeof value === "string" ? value : METADATA_DEFAULTS[key];
  };
  const { tags, params } = given;
  return {
    category: text("category"),
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    description: text("description"),
    params: Array.isArray(params) ? params.filter(isParam) : [],
    version: text("version"),
    author: text("author"),
  };
}

function isParam(value: unknown): value is TemplateParam {
  if (typeof value === "string") return true;
  if (!isRecord(value) || typeof value["name"] !== "string") return false;
  const isOptional = (key: string, ...types: readonly string[]) =>
    value[key] === undefined || types.includes(typeof value[key]);
  return (
    isOptional("description", "string") &&
    isOptional("required", "boolean") &&
    isOptional("default", "string", "number", "boolean")
  );
}

function merge(base: TemplateMetadata, patch: NonNullable<TemplatePatch["metadata"]>): TemplateMetadata {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(given) };
}

async function orTemplateMissing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isExecError(error) && error.kind === "scriptMissing") throw new ExecError("templateMissing");
    throw error;
  }
}

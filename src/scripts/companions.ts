/** Files that belong to a script, by name; whether they exist is another question. All relative to the scripts root. */
export interface Companions {
  /** `name.md`: its documentation. */
  readonly documentation: string;
  /** `name.env`: variables of this script only. */
  readonly environment: string;
  /** `name.system.md`: its system prompt. */
  readonly systemPrompt: string;
  /** `_system.md`: the system prompt of scripts without one of their own. */
  readonly directorySystemPrompt: string;
  /** `name.openapi.json`: its part of the OpenAPI document. */
  readonly openapi: string;
  /** `name.schema.json`: the same as a plain JSON Schema. */
  readonly schema: string;
}

/** Name of the file whose variables reach every script in its directory and below. */
export const DIRECTORY_ENVIRONMENT = "_default.env";

/** The names of a script's companions (script-runtime.md §3, §12, §13; control-api.md §13). */
export function companionsOf(file: string): Companions {
  const stem = file.replace(/\.[^./]+$/, "");
  const directory = file.slice(0, file.lastIndexOf("/") + 1);
  return {
    documentation: `${stem}.md`,
    environment: `${stem}.env`,
    systemPrompt: `${stem}.system.md`,
    directorySystemPrompt: `${directory}_system.md`,
    openapi: `${stem}.openapi.json`,
    schema: `${stem}.schema.json`,
  };
}

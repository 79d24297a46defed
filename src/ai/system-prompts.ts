import type { ScriptChange } from "../scripts/changes.ts";
import { companionsOf } from "../scripts/companions.ts";

/** Files whose text, or absence, is remembered; beyond it all are forgotten. */
const FILES_MAX = 1000;

/**
 * The system prompts that lie beside scripts: `<name>.system.md`, else `_system.md` of the directory. A file is read once
 * and again after it has changed.
 */
export class SystemPrompts {
  readonly #readText: (file: string) => string | null;
  readonly #texts = new Map<string, string | null>();

  /** @param readText Reads a file below the scripts root; null when it is absent. */
  constructor(readText: (file: string) => string | null) {
    this.#readText = readText;
  }

  /** The prompt of a script; null for none. An empty file of its own keeps the directory's away. */
  of(script: string): string | null {
    const { systemPrompt, directorySystemPrompt } = companionsOf(script);
    const text = this.#textOf(systemPrompt) ?? this.#textOf(directorySystemPrompt) ?? "";
    return text.trim() === "" ? null : text.trim();
  }

  /** Forgets what a change on the disk made stale. */
  apply(change: ScriptChange): void {
    if (change.kind === "written") this.#texts.delete(change.file);
    else if (change.kind === "reset" || !this.#texts.delete(change.file)) this.#texts.clear();
  }

  #textOf(file: string): string | null {
    const known = this.#texts.get(file);
    if (known !== undefined) return known;
    if (this.#texts.size >= FILES_MAX) this.#texts.clear();
    const text = this.#readText(file);
    this.#texts.set(file, text);
    return text;
  }
}

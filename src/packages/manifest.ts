import { readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.ts";
import { isRecord } from "../base/realm.ts";
import { codeOf } from "../base/system-error.ts";

/** Files of the scripts root that decide which packages are installed, and where they come from. */
export const PACKAGE_FILES: readonly string[] = ["package.json", ".npmrc", "bunfig.toml"];

/** Groups of package.json in which a package can be listed. */
const GROUPS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;

/** Indentation of a new package.json. */
const INDENT = "  ";

/**
 * The `package.json` of the scripts root, which every script shares.
 *
 * It is read anew each time, because people edit it, and written as a whole: whoever reads it meets the old content or
 * the new one.
 */
export class Manifest {
  readonly #file: string;
  /** What was written here last, and while that is replaced its successor; null stands for no file. */
  readonly #own = new Set<string | null>([null]);

  /** @param root Absolute path of the scripts root. */
  constructor(root: string) {
    this.#file = join(root, "package.json");
  }

  /**
   * Whether a package is listed in any group.
   *
   * @throws {SyntaxError} When the file is no JSON object.
   */
  lists(name: string): boolean {
    const { content } = this.#read() ?? {};
    return GROUPS.some((group) => {
      const listed = content?.[group];
      return isRecord(listed) && Object.hasOwn(listed, name);
    });
  }

  /** Whether the file is as it was last left here: then nobody else has changed it since. */
  isOurs(): boolean {
    return this.#own.has(readText(this.#file));
  }

  /**
   * Creates the file when there is none: without it the package manager takes one from a directory above.
   *
   * @returns Whether it was created.
   * @throws {SyntaxError} When there is one that is no JSON object.
   */
  async ensure(): Promise<boolean> {
    if (this.#read() !== null) return false;
    await this.#write({ private: true }, INDENT);
    return true;
  }

  /** Removes the file again that {@link ensure} created. */
  removeCreated(): void {
    unlinkSync(this.#file);
    this.#own.clear();
    this.#own.add(null);
  }

  /**
   * Lists a package in `dependencies`, sorted by name as package managers do; the layout of the file is kept.
   *
   * @param range `^1.2.3`.
   * @throws {SyntaxError} When the file is no JSON object; the error of the file system.
   */
  async addDependency(name: string, range: string): Promise<void> {
    const { content = {}, indent = INDENT } = this.#read() ?? {};
    const listed = isRecord(content["dependencies"]) ? content["dependencies"] : {};
    const rows = Object.entries({ ...listed, [name]: range }).sort(([a], [b]) => (a < b ? -1 : 1));
    await this.#write({ ...content, dependencies: Object.fromEntries(rows) }, indent);
  }

  async #write(content: Record<string, unknown>, indent: string): Promise<void> {
    const text = `${JSON.stringify(content, null, indent)}\n`;
    this.#own.add(text);
    await writeAtomically(this.#file, text);
    this.#own.clear();
    this.#own.add(text);
  }

  #read(): { readonly content: Record<string, unknown>; readonly indent: string } | null {
    const text = readText(this.#file);
    if (text === null) return null;
    const content: unknown = JSON.parse(text);
    if (!isRecord(content)) throw new SyntaxError("package.json holds no object");
    return { content, indent: /^[ \t]+/m.exec(text)?.[0] ?? INDENT };
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

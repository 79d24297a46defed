import { readFileSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.ts";
import { isError, isRecord } from "../base/realm.ts";
import { safePath } from "../base/safe-path.ts";
import { codeOf } from "../base/system-error.ts";
import { ExecError } from "../errors/exec-error.ts";
import { DirectoryLock } from "./directory-lock.ts";

/** Files of the scripts root that decide which packages are installed, and where they come from. */
export const PACKAGE_FILES: readonly string[] = ["package.json", ".npmrc", "bunfig.toml"];

/** Groups of package.json in which a package can be listed. */
export const GROUPS = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
] as const;
export type Group = (typeof GROUPS)[number];

/** What package.json holds: members in their order. */
export type ManifestContent = Readonly<Record<string, unknown>>;

const FILE = "package.json";

/** Indentation of a new package.json. */
const INDENT = "  ";

/** Largest package.json that is read and written, in bytes. */
const BYTES_MAX = 1024 * 1024;

/** Longest wait, in ms, for another server that changes the file just now; then it is changed all the same. */
const OTHER_SERVER_MS = 5_000;

/**
 * The `package.json` of the scripts root, which every script shares.
 *
 * It is read anew each time, because people edit it, and written as a whole: whoever reads it meets the old content or
 * the new one. Changes happen one after the other, those of another server included. A link in its place is read when
 * it stays inside the scripts root, and replaced when it is written.
 */
export class Manifest {
  readonly #root: string;
  readonly #file: string;
  /** What was written here last, and while that is replaced its successor; null stands for no file. */
  readonly #own = new Set<string | null>([null]);
  /** Settles when the change before has been made. */
  #changed: Promise<unknown> = Promise.resolve();

  /** @param root Absolute path of the scripts root. */
  constructor(root: string) {
    this.#root = root;
    this.#file = join(root, FILE);
  }

  /**
   * What the file holds now; null when there is none.
   *
   * @throws {ExecError} `manifestUnusable` when it is no JSON object; `pathSymlink` for a link that leads out.
   */
  read(): ManifestContent | null {
    return this.#read()?.content ?? null;
  }

  /**
   * The group in which a package is listed; null for none.
   *
   * @throws {ExecError} As {@link read}.
   */
  groupOf(name: string): Group | null {
    const content = this.read() ?? {};
    return GROUPS.find((group) => Object.hasOwn(listedIn(content, group), name)) ?? null;
  }

  /** Whether the file is as it was last left here: then nobody else has changed it since. */
  isOurs(): boolean {
    try {
      return this.#own.has(readText(this.#file));
    } catch {
      return false; // Something else than a file stands in its place.
    }
  }

  /**
   * Creates the file when there is none: without it the package manager takes one from a directory above.
   *
   * @returns Whether it was created.
   * @throws {ExecError} As {@link read}.
   */
  ensure(): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#read() !== null) return false;
      await this.#write({ private: true }, INDENT);
      return true;
    });
  }

  /** Removes the file again that {@link ensure} created, unless somebody has changed it since. */
  removeCreated(): void {
    if (!this.isOurs()) return;
    unlinkSync(this.#file);
    this.#own.clear();
    this.#own.add(null);
  }

  /**
   * Writes a new file.
   *
   * @param options.replace Whether one that is there is replaced, whatever it holds.
   * @throws {ExecError} `manifestExists`.
   */
  create(content: ManifestContent, { replace }: { readonly replace: boolean }): Promise<void> {
    return this.#alone(async () => {
      const found = statSync(this.#file, { throwIfNoEntry: false });
      if (found?.isDirectory()) throw unusable("it is a directory");
      if (found !== undefined && !replace) throw new ExecError("manifestExists");
      await this.#write(content, INDENT);
    });
  }

  /**
   * Replaces the content by what `change` makes of it, in the layout of the file; the same content leaves it alone.
   *
   * @param change Must not alter what it is given.
   * @throws {ExecError} `manifestMissing`; as {@link read}; whatever `change` throws.
   */
  edit<E extends { readonly content: ManifestContent }>(change: (content: ManifestContent) => E): Promise<E> {
    return this.#alone(async () => {
      const found = this.#read();
      if (found === null) throw manifestMissing();
      const edited = change(found.content);
      if (JSON.stringify(edited.content) !== JSON.stringify(found.content)) {
        await this.#write(edited.content, found.indent);
      }
      return edited;
    });
  }

  /**
   * Lists a package, in this group and no other.
   *
   * @param range `^1.2.3`.
   * @throws {ExecError} As {@link edit}.
   */
  async list(name: string, range: string, group: Group = "dependencies"): Promise<void> {
    await this.ensure();
    await this.edit((content) => ({
      content: withPackage(withoutPackage(content, name), { name, range, group }),
    }));
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#changed;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#changed = promise;
    await before;
    try {
      using _lock = await DirectoryLock.take(this.#root, { timeoutMs: OTHER_SERVER_MS });
      return await work();
    } finally {
      resolve();
    }
  }

  async #write(content: ManifestContent, indent: string): Promise<void> {
    const text = `${JSON.stringify(content, null, indent)}\n`;
    if (Buffer.byteLength(text) > BYTES_MAX) {
      throw new ExecError("invalidInput", `package.json would be larger than ${BYTES_MAX} bytes`);
    }
    this.#own.add(text);
    await writeAtomically(this.#file, text);
    this.#own.clear();
    this.#own.add(text);
  }

  #read(): { readonly content: ManifestContent; readonly indent: string } | null {
    const place = safePath(this.#root, FILE);
    if (place.kind === "refused")
      throw new ExecError("pathSymlink", "package.json: resolves through a symlink");
    const found = statSync(this.#file, { throwIfNoEntry: false });
    if (found === undefined) return null;
    // Reading anything else, such as a pipe, might never end.
    if (!found.isFile()) throw unusable("it is no file");
    if (found.size > BYTES_MAX) throw unusable(`it is larger than ${BYTES_MAX} bytes`);
    const text = readText(this.#file);
    return text === null ? null : { content: parse(text), indent: /^[ \t]+/m.exec(text)?.[0] ?? INDENT };
  }
}

/** Ranges of a group by name; none where the group is not there, or is something else. */
export function listedIn(
  content: ManifestContent,
  group: Group | "scripts",
): Readonly<Record<string, string>> {
  const found = content[group];
  if (!isRecord(found)) return {};
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, range]) =>
      typeof range === "string" ? [[name, range] as const] : [],
    ),
  );
}

/** The content with a package listed in a group, sorted by name as package managers do. */
export function withPackage(
  content: ManifestContent,
  { name, range, group }: { readonly name: string; readonly range: string; readonly group: Group },
): ManifestContent {
  const listed = isRecord(content[group]) ? content[group] : {};
  const rows = Object.entries({ ...listed, [name]: range }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...content, [group]: Object.fromEntries(rows) };
}

/** The content without a package in any group; a group that becomes empty stays. */
export function withoutPackage(content: ManifestContent, name: string): ManifestContent {
  return Object.fromEntries(
    Object.entries(content).map(([member, value]) => {
      if (!(GROUPS as readonly string[]).includes(member) || !isRecord(value)) return [member, value];
      return [member, Object.fromEntries(Object.entries(value).filter(([listed]) => listed !== name))];
    }),
  );
}

/** That there is no package.json, with what can be done about it. */
export function manifestMissing(): ExecError {
  return new ExecError("manifestMissing", undefined, {
    details: { path: FILE, suggestion: "Create it with POST /api/v1/exec/package/init" },
  });
}

function parse(text: string): ManifestContent {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw unusable(`it does not parse: ${isError(error) ? error.message : "no JSON"}`);
  }
  if (!isRecord(content)) throw unusable("it holds no object");
  return content;
}

function unusable(reason: string): ExecError {
  return new ExecError("manifestUnusable", `package.json cannot be used: ${reason}`, {
    details: { path: FILE, reason },
  });
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

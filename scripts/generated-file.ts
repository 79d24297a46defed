/** A committed file that is derived from the sources. */
export interface GeneratedFile {
  /** Relative to the root of the project. */
  readonly path: string;
  readonly content: string;
}

/**
 * Writes generated files, or with `--check` only says which ones differ, and ends the process with 1 if any does.
 *
 * @param command The command that would refresh them, for the message.
 */
export async function writeOrCheck(command: string, files: readonly GeneratedFile[]): Promise<void> {
  const isCheck = process.argv.includes("--check");
  let stale = false;
  for (const { path, content } of files) {
    const file = Bun.file(new URL(`../${path}`, import.meta.url));
    const isSame = (await file.exists()) && (await file.text()) === content;
    if (isSame) continue;
    stale = true;
    if (!isCheck) await file.write(content);
    console.log(isCheck ? `${path} is not up to date: run "${command}"` : `wrote ${path}`);
  }
  if (isCheck && stale) process.exit(1);
}

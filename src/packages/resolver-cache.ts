/**
 * Makes the runtime look at directories again.
 *
 * Bun (1.4.5) remembers for the life of the process what it did not find: a package that was asked for once and
 * installed then stays missing. It only looks again in the directory of an absolute path that does not exist, so one is
 * asked for in each.
 *
 * @param directories Absolute, from the outside in.
 */
export function lookAgain(directories: readonly string[]): void {
  for (const directory of directories) {
    try {
      Bun.resolveSync(`${directory}/.hoody-nothing`, "/");
    } catch {
      // That it is not there is the point of it.
    }
  }
}

import fs from "node:fs";
import { harden } from "./harden.ts";
import { overlay } from "./overlay.ts";

/**
 * A built-in module as a script sees it.
 *
 * @param name With or without `node:`.
 * @param sealed Whether writes to it are ignored, for an importer whose runs share it.
 */
export function viewOf<T extends object>(name: string, module: T, sealed: boolean): T {
  const overrides = OVERRIDES[name.replace(/^node:/, "")];
  return overlay(module, { sealed, ...(overrides === undefined ? {} : { overrides }) });
}

/** TABLE: module → members that are not the runtime's own. */
const OVERRIDES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  fs: {
    closeSync: harden((fd: number) => fs.closeSync(requireOwn(fd))),
    close: harden((fd: number, done?: fs.NoParamCallback) => fs.close(requireOwn(fd), done)),
  },
};

/** Descriptors that the process was started with. */
const STANDARD_MAX = 2;

/**
 * Lets a script close what a script can have opened: a descriptor that is closed twice may belong to somebody's
 * connection by then, and what follows a closed log would be written into one.
 */
function requireOwn(fd: number): number {
  if (typeof fd !== "number" || (fd > STANDARD_MAX && mayBeOpened(fd))) return fd;
  throw Object.assign(new Error(`Cannot close the descriptor ${fd}: it belongs to the server`), {
    code: "EBADF",
  });
}

/** Whether `open` yields such a descriptor: sockets, and what waits for events, have no path. */
function mayBeOpened(fd: number): boolean {
  try {
    const kind = fs.fstatSync(fd);
    return kind.isFile() || kind.isDirectory() || kind.isFIFO() || kind.isCharacterDevice();
  } catch {
    return true; // It is closed already, and says so itself.
  }
}

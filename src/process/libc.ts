import { dlopen } from "bun:ffi";

/** Names of the C library: glibc, musl. */
const LIBRARIES = ["libc.so.6", "libc.so", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];

/** `prctl` option by which a process is sent a signal when its parent ends (man 2 PR_SET_PDEATHSIG). */
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

const FUNCTIONS = {
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  flock: { args: ["i32", "i32"], returns: "i32" },
  __errno_location: { args: [], returns: "ptr" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
} as const;

/** The functions of the C library that are used here; null where there are none, as off Linux. */
export function openLibc() {
  if (process.platform !== "linux") return null;
  for (const name of LIBRARIES) {
    try {
      return dlopen(name, FUNCTIONS).symbols;
    } catch {
      // The next name may be right.
    }
  }
  return null;
}

/**
 * Makes the kernel end this process with its parent, also while a native call never returns and no message can be
 * heard. Elsewhere than on Linux, the lost connection has to do.
 */
export function endWithParent(parentPid: number): void {
  openLibc()?.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // It may have ended before the kernel was told.
  if (process.platform === "linux" && process.ppid !== parentPid) process.kill(process.pid, "SIGKILL");
}

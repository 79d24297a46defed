import { expect, test } from "bun:test";
import { reasonOf, reasonOfError, withoutCredentials } from "../../../src/packages/install-reason.ts";

/** What Bun 1.4.5 printed → what is told. */
test.each<[string, string]>([
  ["error: GET http://127.0.0.1:1/pad - 404", "the registry has no such package"],
  ["error: GET http://127.0.0.1:1/npm/pad - 404", "the registry has no such package"],
  [
    "error: GET http://127.0.0.1:1/@team%2fkit - 404",
    'the registry has no "@team/kit", which has to be installed with it',
  ],
  ["error: GET http://u:p@127.0.0.1:1/pad - 401", "the registry refuses access with 401"],
  ["error: GET http://127.0.0.1:1/pad - 503", "the registry answers 503"],
  [
    "error: ConnectionRefused downloading package manifest pad",
    "the registry cannot be reached (ConnectionRefused)",
  ],
  [
    'error: No version matching "^99" found for specifier "dep" (but package exists)\nerror: dep@^99 failed to resolve',
    'the registry has no "dep" of version ^99',
  ],
  [
    "error: Integrity check failed for tarball: pad\nerror: IntegrityCheckFailed extracting tarball from pad",
    "a tarball does not have the checksum that the registry names",
  ],
  ["error: Fail extracting tarball from pad", 'the tarball of "pad" cannot be unpacked'],
  ["Resolving dependencies\nerror: NoSpaceLeft writing /home/x/cache/pad", "NoSpaceLeft writing …"],
  ["error: could not reach https://user:secret@host/x today", "could not reach the registry today"],
  ["panic", "the package manager ended with 1"],
])("%p", (output, reason) => {
  expect(reasonOf("pad", { kind: "exited", exitCode: 1, output }, 10)).toBe(reason);
});

test("a command that was ended says by what", () => {
  expect(reasonOf("pad", { kind: "timeout" }, 10)).toBe(
    "it took longer than 10 ms, the limit of --registry-timeout",
  );
  expect(reasonOf("pad", { kind: "stopped" }, 10)).toBe("the server is shutting down");
});

test("an error on our side is told without its paths", () => {
  const full = Object.assign(new Error("ENOSPC: /home/x/scripts/package.json"), { code: "ENOSPC" });
  expect(reasonOfError(full)).toBe("the scripts directory cannot be written (ENOSPC)");
  for (const other of [new Error("/home/x"), null, undefined]) {
    expect(reasonOfError(other)).toBe("an internal error");
  }
});

test("the log holds no credentials of a registry's address", () => {
  expect(withoutCredentials("GET http://user:secret@host/pad - 500\n")).toBe("GET http://***@host/pad - 500");
});

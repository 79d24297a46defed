import { Readable, Writable } from "node:stream";
import { closeHeld } from "../host-realm.ts";

/** Takes one text that a script wrote to an output. */
export type PrintLine = (level: "info" | "error", text: string) => void;

/**
 * `process.stdout` and `process.stderr` of a script: what is written becomes lines of the server's log.
 *
 * A script may end or destroy it, and so closes nothing but its own.
 *
 * @param fd What the stream gives as its descriptor: 1 or 2.
 */
export function createOutput(fd: 1 | 2, print: (text: string) => void): Writable {
  closeHeld(Writable);
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString("utf8");
      if (text !== "") print(text.replace(/\r?\n$/, ""));
      done();
    },
  });
  // A broken output is nobody's failure.
  output.on("error", () => undefined);
  return Object.assign(output, { fd, isTTY: false, hasColors: () => false, getColorDepth: () => 1 });
}

/** `process.stdin` of a script: nothing ever comes. */
export function createInput(): Readable {
  closeHeld(Readable);
  const input = new Readable({ read: () => undefined });
  input.push(null);
  return Object.assign(input, { fd: 0, isTTY: false });
}

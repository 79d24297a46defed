import { formatWithOptions, inspect } from "node:util";
import { harden } from "../harden.ts";

/** Levels of the server's log that a script's `console` writes to. */
export type ConsoleLevel = "debug" | "info" | "warn" | "error";

/** Receives one message of a script; `text` is only formatted when asked for. */
export type ConsoleSink = (level: ConsoleLevel, text: () => string) => void;

/** TABLE: method → level. */
const LEVELS: Readonly<Record<string, ConsoleLevel>> = {
  log: "info",
  info: "info",
  dir: "info",
  table: "info",
  warn: "warn",
  error: "error",
  debug: "debug",
  trace: "debug",
};

/** Longest message in UTF-16 units; a script that prints a large object must not fill the log. */
const MESSAGE_MAX = 16_384;

/**
 * The `console` of one execution.
 *
 * Messages are formatted by `node:util`: Bun's own console prints objects of other realms with all their built-in
 * methods (performance.md §4).
 */
export function createConsole(sink: ConsoleSink): Record<string, unknown> {
  const counts = new Map<string, number>();
  const starts = new Map<string, number>();
  let indent = "";
  const write = (level: ConsoleLevel, ...args: unknown[]) => {
    const before = indent;
    sink(level, () => cut(before + formatWithOptions({ depth: 4, compact: 3 }, ...args)));
  };
  const label = (value: unknown) => (value === undefined ? "default" : String(value));
  const elapsed = (name: string) =>
    `${name}: ${(performance.now() - (starts.get(name) ?? performance.now())).toFixed(3)}ms`;

  const members: Record<string, (...args: never[]) => unknown> = {
    assert: (condition: unknown, ...args: unknown[]) => {
      if (!condition) write("error", "Assertion failed", ...args);
    },
    clear: () => undefined,
    count: (name?: unknown) => {
      const next = (counts.get(label(name)) ?? 0) + 1;
      counts.set(label(name), next);
      write("info", `${label(name)}: ${next}`);
    },
    countReset: (name?: unknown) => void counts.delete(label(name)),
    group: (...args: unknown[]) => {
      if (args.length > 0) write("info", ...args);
      indent += "  ";
    },
    groupEnd: () => {
      indent = indent.slice(2);
    },
    time: (name?: unknown) => void starts.set(label(name), performance.now()),
    timeLog: (name?: unknown, ...args: unknown[]) => write("info", elapsed(label(name)), ...args),
    timeEnd: (name?: unknown) => {
      write("info", elapsed(label(name)));
      starts.delete(label(name));
    },
  };
  for (const [name, level] of Object.entries(LEVELS))
    members[name] = (...args: unknown[]) => write(level, ...args);
  members["dir"] = (value: unknown) => write("info", inspect(value, { depth: 4 }));
  for (const member of Object.values(members)) harden(member);
  return members;
}

function cut(text: string): string {
  return text.length <= MESSAGE_MAX
    ? text
    : `${text.slice(0, MESSAGE_MAX)}… (${text.length - MESSAGE_MAX} more)`;
}

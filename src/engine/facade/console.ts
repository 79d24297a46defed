import { formatWithOptions, inspect } from "node:util";
import { harden } from "../harden.ts";

/** Levels of the server's log that a script's `console` writes to. */
export type ConsoleLevel = "debug" | "info" | "warn" | "error";

/** Receives one message of a script; `text` is only formatted when asked for. */
export type ConsoleSink = (level: ConsoleLevel, text: () => string) => void;

/** Longest message in UTF-16 units; a script that prints a large object must not fill the log. */
const MESSAGE_MAX = 16_384;

/**
 * The `console` of one execution.
 *
 * Messages are formatted by `node:util`: Bun's own console prints objects of other realms with all their built-in
 * methods (performance.md §4). A method is made when it is first read, because most executions use one of them; it is
 * bound, so that `const { log } = console` works.
 */
export function createConsole(sink: ConsoleSink): Record<string, unknown> {
  return new ScriptConsole(sink) as unknown as Record<string, unknown>;
}

type Method = (...args: unknown[]) => void;

class ScriptConsole {
  readonly sink: ConsoleSink;
  readonly counts = new Map<string, number>();
  readonly starts = new Map<string, number>();
  indent = "";

  constructor(sink: ConsoleSink) {
    this.sink = sink;
    // What a script lists or prints are its methods, not this state.
    for (const name of ["sink", "counts", "starts", "indent"]) {
      Object.defineProperty(this, name, { enumerable: false });
    }
  }

  write(level: ConsoleLevel, ...args: unknown[]): void {
    const { indent } = this;
    this.sink(level, () => cut(indent + formatWithOptions({ depth: 4, compact: 3 }, ...args)));
  }
}

/** TABLE: method → what it does on a console. */
const METHODS: Readonly<Record<string, (self: ScriptConsole) => Method>> = {
  ...writers({
    log: "info",
    info: "info",
    table: "info",
    warn: "warn",
    error: "error",
    debug: "debug",
    trace: "debug",
  }),
  dir: (self) => (value) => self.write("info", inspect(value, { depth: 4 })),
  assert:
    (self) =>
    (condition, ...args) => {
      if (!condition) self.write("error", "Assertion failed", ...args);
    },
  clear: () => () => undefined,
  count: (self) => (name) => {
    const next = (self.counts.get(toLabel(name)) ?? 0) + 1;
    self.counts.set(toLabel(name), next);
    self.write("info", `${toLabel(name)}: ${next}`);
  },
  countReset: (self) => (name) => void self.counts.delete(toLabel(name)),
  group:
    (self) =>
    (...args) => {
      if (args.length > 0) self.write("info", ...args);
      self.indent += "  ";
    },
  groupEnd: (self) => () => {
    self.indent = self.indent.slice(2);
  },
  time: (self) => (name) => void self.starts.set(toLabel(name), performance.now()),
  timeLog:
    (self) =>
    (name, ...args) =>
      self.write("info", elapsed(self, name), ...args),
  timeEnd: (self) => (name) => {
    self.write("info", elapsed(self, name));
    self.starts.delete(toLabel(name));
  },
};

for (const [name, make] of Object.entries(METHODS)) {
  Object.defineProperty(ScriptConsole.prototype, name, {
    enumerable: true,
    get(this: ScriptConsole) {
      const method = harden(make(this));
      define(this, name, method);
      return method;
    },
    set(this: ScriptConsole, value: unknown) {
      define(this, name, value);
    },
  });
}
Object.defineProperty(ScriptConsole.prototype, "constructor", { value: undefined });
Object.freeze(ScriptConsole.prototype);

function writers(
  levels: Readonly<Record<string, ConsoleLevel>>,
): Record<string, (self: ScriptConsole) => Method> {
  const rows = Object.entries(levels).map(([name, level]) => {
    const make =
      (self: ScriptConsole): Method =>
      (...args) =>
        self.write(level, ...args);
    return [name, make] as const;
  });
  return Object.fromEntries(rows);
}

function define(self: ScriptConsole, name: string, value: unknown): void {
  Object.defineProperty(self, name, { value, writable: true, enumerable: true, configurable: true });
}

function toLabel(name: unknown): string {
  return name === undefined ? "default" : String(name);
}

function elapsed(self: ScriptConsole, name: unknown): string {
  const startMs = self.starts.get(toLabel(name)) ?? performance.now();
  return `${toLabel(name)}: ${(performance.now() - startMs).toFixed(3)}ms`;
}

function cut(text: string): string {
  return text.length <= MESSAGE_MAX
    ? text
    : `${text.slice(0, MESSAGE_MAX)}… (${text.length - MESSAGE_MAX} more)`;
}

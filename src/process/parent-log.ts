import { writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Numbers of the levels, as the server's log writes them. */
const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

/** The parent's log: the lines of the server's own, without its logger, which would take longer to load than all else. */
export class ParentLog {
  #levelMin: number = LEVELS.info;

  /** Writes nothing below a level from now on; below `silent` is everything. */
  setLevel(name: string): void {
    this.#levelMin = LEVELS[name as keyof typeof LEVELS] ?? Number.POSITIVE_INFINITY;
  }

  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#write("info", fields, message);
  }

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#write("warn", fields, message);
  }

  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.#write("error", fields, message);
  }

  #write(level: keyof typeof LEVELS, fields: Readonly<Record<string, unknown>>, message: string): void {
    if (LEVELS[level] < this.#levelMin) return;
    const time = new Date().toISOString();
    const line = isatty(1)
      ? `[${new Date().toTimeString().slice(0, 8)}] ${level.toUpperCase()}: ${message} ${JSON.stringify(fields)}`
      : JSON.stringify({ level: LEVELS[level], time, ...fields, msg: message });
    try {
      writeSync(1, `${line}\n`);
    } catch {
      // Nobody reads any more; the server must go on.
    }
  }
}

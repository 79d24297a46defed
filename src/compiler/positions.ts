import { originalPositionFor, type TraceMap } from "@jridgewell/trace-mapping";
import { type Place, toExcerpt } from "./excerpt.ts";
import { type Insertions, withoutInsertions } from "./insertions.ts";

/** What is needed to lead a position of compiled code back to the author's text. */
export interface CompiledUnit {
  readonly file: string;
  readonly source: string;
  readonly prefixLength: number;
  readonly map: TraceMap | null;
  /** What was put between the author's words; nothing when left out. */
  readonly inserted?: Insertions;
}

/** One line of a stack trace that lies in a script. */
export interface ScriptFrame extends Place {
  readonly file: string;
}

/** A place in a stack: `name (file:line:column)` or `file:line:column`. */
const FRAME = /((?:[^\s()@:]|:(?!\d))+):(\d+):(\d+)/;

/** Whether a line of a stack names a place; the lines before the first of them are the message. */
const IS_FRAME = /^\s*at\s/;

/** Longest line of a stack that is read, in UTF-16 units: the time to search one grows with its square. */
const FRAME_LENGTH_MAX = 1_024;

/** Finds the compiled unit of a file name in a stack; null for code that is not a script. */
export type UnitLookup = (file: string) => CompiledUnit | null;

/** Leads a position of compiled code back to the author's text. */
export function toAuthorPlace(unit: CompiledUnit, { line, column }: Place): Place {
  const behindPrefix = line === 1 ? Math.max(1, column - unit.prefixLength) : column;
  const own = unit.inserted ? withoutInsertions(unit.inserted, line, behindPrefix) : behindPrefix;
  if (unit.map === null) return { line, column: toNameStart(unit.source.split("\n")[line - 1] ?? "", own) };
  const found = originalPositionFor(unit.map, { line, column: own - 1 });
  return found.line === null ? { line, column: own } : { line: found.line, column: (found.column ?? 0) + 1 };
}

/**
 * The column of the name that an author looks for: the runtime points behind it, at the parenthesis of a call or the
 * dot of a member (performance.md §4).
 */
function toNameStart(text: string, column: number): number {
  const at = column - 1;
  if (text[at] === ".") return /^\.[\w$]/.test(text.slice(at)) ? column + 1 : column;
  if (text[at] !== "(") return column;
  return column - (/[\w$]*\s*$/.exec(text.slice(Math.max(0, at - FRAME_LENGTH_MAX), at))?.[0].length ?? 0);
}

/** The innermost frame of a stack that lies in a script. */
export function firstScriptFrame(stack: string, lookup: UnitLookup): ScriptFrame | null {
  for (const row of stack.split("\n")) {
    const found = frameIn(row);
    const unit = found ? lookup(found[1] ?? "") : null;
    if (found && unit) {
      return {
        file: unit.file,
        ...toAuthorPlace(unit, { line: Number(found[2]), column: Number(found[3]) }),
      };
    }
  }
  return null;
}

/**
 * A stack as its author should see it: own positions, script files by their names below the scripts root, and
 * nothing of the server's own frames.
 *
 * @param scriptsRoot Absolute; paths below it (packages) are shown relative to it, every other path is left out.
 */
export function toAuthorStack(stack: string, lookup: UnitLookup, scriptsRoot: string): string {
  const rows: string[] = [];
  for (const row of stack.split("\n")) {
    const found = frameIn(row);
    if (!found) {
      if (!IS_FRAME.test(row)) rows.push(row);
      continue;
    }
    const [place, path = "", line, column] = found;
    const unit = lookup(path);
    if (unit) {
      const own = toAuthorPlace(unit, { line: Number(line), column: Number(column) });
      rows.push(row.replace(place, () => `${unit.file}:${own.line}:${own.column}`));
    } else if (path.startsWith(`${scriptsRoot}/`)) {
      rows.push(row.replace(path, () => path.slice(scriptsRoot.length + 1)));
    } else if (path.startsWith("node:") && path !== "node:async_hooks") {
      // Of that module there is only the frame with which we run scripts that call a language model.
      rows.push(row);
    }
  }
  return rows.join("\n");
}

function frameIn(row: string): RegExpExecArray | null {
  return row.length <= FRAME_LENGTH_MAX && IS_FRAME.test(row) ? FRAME.exec(row) : null;
}

/** The lines of a script around one of its frames. */
export function excerptOf(frame: ScriptFrame, lookup: UnitLookup): string | null {
  const unit = lookup(frame.file);
  return unit === null ? null : toExcerpt(unit.source, frame);
}

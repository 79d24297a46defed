import type { Edit } from "./source-text.ts";
import type { Node } from "./syntax-tree.ts";

/** What is put into the text of one loop. */
export interface LoopEdits {
  readonly opening: readonly Edit[];
  /** Goes behind what is put into loops inside of it, where they end at the same place. */
  readonly closing: readonly Edit[];
}

/** Names that the guard of one loop uses; see {@link stripLoop}. */
export interface StripNames {
  /** Begins every name; marks what was inserted. */
  readonly prefix: string;
  /** Rounds left of this strip; below 0 when it is over before the loop is. */
  readonly left: string;
  /** Rounds of the next strip. */
  readonly size: string;
  readonly tick: string;
  readonly ticks: string;
  /** Looks at the clock: expressions with commas between them. */
  readonly look: string;
}

/** Strips of so many rounds grow no more; 4, 20 is how they grow. */
const STRIP_ROUNDS_ENOUGH = 20;

/** Rounds of the first strip; none when the loop shall look before its first round. */
export const firstStripOf = (ticks: string): string => `${ticks}[1]?0:4`;

/**
 * Cuts a loop into strips of rounds, between which its guard looks for a tick ("strip mining"):
 *
 * ```js
 * for (let at = 0; at < n; at++) …
 * for (let at = (left=-1,0);left<0;left<0&&look)for(left=size; --left<0?false:(at < n); at++) …
 * ```
 *
 * A strip holds no call and touches no memory of others, so that the JIT compiles it as if there were no guard, also
 * when a tick was seen before: then the product of two matrices took 4.4 times as long with a look in each round, and
 * 1.2 with strips. A strip in which time has passed is followed by one of a single round, others by longer ones: slow
 * rounds are looked after one by one, and when quick ones become slow it takes one strip to notice. Loops around it are
 * not cut: a nest of six in which each ends before its strip does would never look.
 *
 * @returns null for a statement that cannot be cut without reading it character by character.
 */
export function stripLoop(text: string, loop: Node, names: StripNames): LoopEdits | null {
  if (loop.type === "ForStatement") {
    const opening = stripFor(text, loop, names);
    return opening === null ? null : { opening, closing: [] };
  }
  if (loop.type === "WhileStatement") return stripWhile(text, loop, names);
  return null;
}

/** What {@link stripLoop} inserted, for whoever takes it out again. */
export const STRIP_TEXT = String.raw`/\*\$\$_*<\*/[^]*?/\*>\$\$_*\*/`;

function stripFor(text: string, loop: Node, names: StripNames): readonly Edit[] | null {
  const [init, test, update] = ["init", "test", "update"].map((key) => loop[key] as Node | null);
  const body = loop["body"] as Node;
  const first = endOf(text, init?.end ?? loop.start + "for".length, init ? /^[\s)]*;/ : /^\s*\(\s*;/);
  if (first === null) return null;
  const second = endOf(text, test?.end ?? first, /^[\s)]*;/);
  if (second === null || endOf(text, update?.end ?? second, /^[\s)]*$/, body.start) === null) return null;
  const begin = startOf(init ?? null, first - 1, names);
  if (begin === null) return null;
  const { left, size } = names;
  const again = `${left}<0;${left}<0&&${lookOf(names)})for(${left}=${size};`;
  if (test === null) return [...begin, inserted(names, first, `${again}--${left}>=0`)];
  return [...begin, inserted(names, first, `${again}--${left}<0?false:(`), inserted(names, second - 1, ")")];
}

/** Sets the rounds left to what tells that the first strip is to come. */
function startOf(init: Node | null, at: number, names: StripNames): readonly Edit[] | null {
  const set = `${names.left}=-1`;
  if (init === null) return [inserted(names, at, set)];
  if (init.type !== "VariableDeclaration") return [inserted(names, init.start, `${set},`)];
  if (!["let", "const", "var"].includes(init["kind"] as string)) return null;
  const value = (init["declarations"] as Node[])[0]?.["init"] as Node | null;
  if (!value) return null;
  return [inserted(names, value.start, `(${set},`), inserted(names, value.end, ")")];
}

function stripWhile(text: string, loop: Node, names: StripNames): LoopEdits | null {
  const test = loop["test"] as Node;
  const body = loop["body"] as Node;
  const open = endOf(text, loop.start + "while".length, /^\s*\(/);
  if (open === null || endOf(text, test.end, /^[\s)]*$/, body.start) === null) return null;
  const close = text.lastIndexOf(")", body.start);
  const { left, size } = names;
  return {
    opening: [
      inserted(names, loop.start, `do{${left}=${size};`),
      inserted(names, open, `--${left}<0?false:(`),
      inserted(names, close, ")"),
    ],
    closing: [inserted(names, body.end, `}while(${left}<0&&${lookOf(names)})`)],
  };
}

/** An expression that is true. */
function lookOf({ look, size, tick, ticks }: StripNames): string {
  const grow = `${size}<${STRIP_ROUNDS_ENOUGH}&&(${size}=${size}*4+4)`;
  return `(${ticks}[2]=0,${ticks}[0]!==${tick}?(${look},${size}=1):${grow},true)`;
}

function inserted({ prefix }: StripNames, at: number, text: string): Edit {
  return { start: at, end: at, text: `/*${prefix}<*/${text}/*>${prefix}*/` };
}

/** Where a match of the text from some place on ends; null when there is another text, such as a comment. */
function endOf(text: string, from: number, expected: RegExp, to = text.length): number | null {
  const found = expected.exec(text.slice(from, Math.min(to, from + SYNTAX_MAX)));
  return found === null ? null : from + found[0].length;
}

/** Blanks and brackets between two parts of a loop's head, in characters. */
const SYNTAX_MAX = 200;

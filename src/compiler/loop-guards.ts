import { type Place, toPlaces } from "./excerpt.ts";
import { isLoop, type LoopShape, shapeOf } from "./loop-shapes.ts";
import type { Edit } from "./source-text.ts";
import { forEachChild, isFunction, isTypeOnly, type Node } from "./syntax-tree.ts";

/** One guarded loop, as its guard needs to know it. */
export interface GuardedLoop {
  /** Where its statement begins in the author's text. */
  readonly place: Place;
  /** Whether a round takes nanoseconds, so that the clock is asked less often. */
  readonly isCheap: boolean;
  /** Whether its function can be suspended between two rounds. */
  readonly suspends: boolean;
}

/** The guards of one file: what is put into its text, and what that text needs around it. */
export interface LoopGuards {
  readonly edits: readonly Edit[];
  /** By index; the guard of loop `n` is `<sites>[n]`. */
  readonly loops: readonly GuardedLoop[];
  /** Name under which the compiled code finds the guards. */
  readonly sites: string;
  /** Binds each guard to a name of its own, so that reading it costs nothing. */
  readonly bindings: string;
  /** Variables of the loops at the top level. */
  readonly topLevel: string;
}

/** Loops that end by themselves within so many rounds of no calls have no guard. */
const UNGUARDED_ROUNDS_MAX = 10_000;

/** Rounds between two looks at the clock of a loop that counts itself; one less than a power of two. */
const COUNTER_MASK = 4_095;

/**
 * Puts a guard into every loop of a file: a count-down that asks the clock when it runs out.
 *
 * ```js
 * while (more()) { if(--$$left1<0){$$run1=$$loop1.at($$run1);$$left1=$$loop1.next} step(); }
 * ```
 *
 * The variables belong to the loop's function, so that they stay in registers and each activation has its own. All
 * of it stands on the line of the loop's body. Loops inside of `with` have none: its object could answer for them.
 *
 * @param options.isAsync Whether the top level awaits.
 * @param options.toAuthor Leads a place of the text to the author's.
 * @returns null when no loop needs one.
 * @see `engine/loop-limit.ts` for what the guards do.
 */
export function guardLoops(
  text: string,
  program: Node,
  { isAsync, toAuthor }: { readonly isAsync: boolean; readonly toAuthor: (place: Place) => Place },
): LoopGuards | null {
  if (!/\b(?:for|while)\b/.test(text)) return null;
  const guards = new GuardCollector(unusedPrefix(text), isAsync);
  guards.walk(program);
  return guards.finish((offsets) => toPlaces(text, offsets).map(toAuthor));
}

/** What {@link guardLoops} put into a function, for the text of that function that a script asks for. */
export function withoutGuards(functionText: string): string {
  return functionText.includes("$run") ? functionText.replace(GUARD_TEXTS, "") : functionText;
}

const GUARD_TEXTS = new RegExp(
  [
    String.raw`let \$\$_*run\d+=0[^;]*;`,
    String.raw`\{/\*\$\$_*\*/`,
    String.raw`/\*\$\$_*\*/\}`,
    String.raw`if\(--\$\$_*left\d+<0\)\{[^}]*\}`,
    String.raw`if\(\([^()]*&${COUNTER_MASK}\)===${COUNTER_MASK}\)\$\$_*run\d+=[^;]*;`,
  ].join("|"),
  "g",
);

/** `$$`, longer when the author's own text uses such names; escapes in identifiers count as what they stand for. */
function unusedPrefix(text: string): string {
  const plain = text.replace(/\\u\{?([0-9a-fA-F]{2,6})\}?/g, (_, hex: string) =>
    String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
  );
  let prefix = "$$";
  while (["run", "left", "loop", "*/"].some((name) => plain.includes(prefix + name))) prefix += "_";
  return prefix;
}

/** A function, or the top level, with its loops. */
interface Frame {
  readonly suspends: boolean;
  readonly declarations: string[];
  /** Loops around the place of the walk. */
  depth: number;
}

class GuardCollector {
  readonly #prefix: string;
  readonly #edits: Edit[] = [];
  /** In source order. */
  readonly #loops: (Omit<GuardedLoop, "place"> & { readonly offset: number })[] = [];
  readonly #topLevel: string[] = [];
  #frame: Frame;

  constructor(prefix: string, isAsync: boolean) {
    this.#prefix = prefix;
    this.#frame = { suspends: isAsync, declarations: this.#topLevel, depth: 0 };
  }

  walk(node: Node): void {
    if (isTypeOnly(node) || node.type === "WithStatement") return;
    if (isFunction(node)) return this.#within(node["body"] as Node, isSuspendable(node), node);
    if (node.type === "StaticBlock") return this.#within(node, false, node);
    if (!isLoop(node)) return this.#children(node);
    this.#guard(node, shapeOf(node, this.#frame.depth));
    this.#frame.depth++;
    this.#children(node);
    this.#frame.depth--;
  }

  finish(toPlaces: (offsets: readonly number[]) => readonly Place[]): LoopGuards | null {
    if (this.#loops.length === 0) return null;
    const places = toPlaces(this.#loops.map(({ offset }) => offset));
    const sites = `${this.#prefix}loops`;
    const bound = this.#loops.map((_, at) => `${this.#prefix}loop${at}=${sites}[${at}]`);
    return {
      edits: this.#edits,
      loops: this.#loops.map(({ isCheap, suspends }, at) => ({
        place: places[at] as Place,
        isCheap,
        suspends,
      })),
      sites,
      bindings: `const ${bound.join(",")};`,
      topLevel: toDeclaration(this.#topLevel),
    };
  }

  #children(node: Node): void {
    forEachChild(node, (child) => {
      this.walk(child);
    });
  }

  #within(body: Node, suspends: boolean, node: Node): void {
    const outer = this.#frame;
    this.#frame = { suspends, declarations: [], depth: 0 };
    this.#children(node);
    const text = toDeclaration(this.#frame.declarations);
    this.#frame = outer;
    if (text === "") return;
    const at = startOfStatements(body);
    this.#edits.push({ start: at, end: at, text });
  }

  #guard(loop: Node, { isCheap, counter, roundsMax }: LoopShape): void {
    if (roundsMax <= UNGUARDED_ROUNDS_MAX) return;
    const { suspends, declarations } = this.#frame;
    const at = this.#loops.push({ offset: loop.start, isCheap, suspends }) - 1;
    const [left, run, site] = ["left", "run", "loop"].map((name) => `${this.#prefix}${name}${at}`);
    declarations.push(`${run}=0`);
    if (counter !== null) {
      const isDue = `(${counter}&${COUNTER_MASK})===${COUNTER_MASK}`;
      return this.#insert(loop["body"] as Node, `if(${isDue})${run}=${site}.at(${run});`);
    }
    declarations.push(`${left}=${site}.first`);
    this.#insert(loop["body"] as Node, `if(--${left}<0){${run}=${site}.at(${run});${left}=${site}.next}`);
  }

  #insert(body: Node, text: string): void {
    if (body.type === "BlockStatement") {
      this.#edits.push({ start: body.start + 1, end: body.start + 1, text });
      return;
    }
    const mark = `/*${this.#prefix}*/`;
    this.#edits.push({ start: body.start, end: body.start, text: `{${mark}${text}` });
    this.#edits.push({ start: body.end, end: body.end, text: `${mark}}` });
  }
}

/** The first variable is always one that {@link withoutGuards} recognises. */
function toDeclaration(variables: readonly string[]): string {
  return variables.length === 0 ? "" : `let ${variables.join(",")};`;
}

function isSuspendable(fn: Node): boolean {
  return fn["async"] === true || fn["generator"] === true;
}

/** Behind the brace and the directives of a body: a directive counts only while nothing stands before it. */
function startOfStatements(body: Node): number {
  const statements = body["body"] as Node[];
  const hasDirectives = typeof statements[0]?.["directive"] === "string";
  if (!hasDirectives) return body.type === "StaticBlock" ? bodyStart(statements, body) : body.start + 1;
  return statements.find((each) => typeof each["directive"] !== "string")?.start ?? body.end - 1;
}

/** A static block begins with a word. */
function bodyStart(statements: readonly Node[], block: Node): number {
  return statements[0]?.start ?? block.end - 1;
}

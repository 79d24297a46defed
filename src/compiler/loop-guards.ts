import { type Place, toPlaces } from "./excerpt.ts";
import { isLoop, roundsMaxOf } from "./loop-shapes.ts";
import type { Edit } from "./source-text.ts";
import { forEachChild, isFunction, isTypeOnly, type Node } from "./syntax-tree.ts";

/** One guarded loop, as its guard needs to know it. */
export interface GuardedLoop {
  /** Where its statement begins in the author's text. */
  readonly place: Place;
  /** Whether it stands in another loop of its function. */
  readonly isInner: boolean;
  /** Whether its function can be suspended between two rounds. */
  readonly suspends: boolean;
}

/** The guards of one file: what is put into its text, and what that text needs around it. */
export interface LoopGuards {
  readonly edits: readonly Edit[];
  /** By index; the guard of loop `n` is `<sites>[n]`. */
  readonly loops: readonly GuardedLoop[];
  /** Name under which the compiled code finds the guards and the ticks (`LoopSites`). */
  readonly sites: string;
  /** Binds each of them to a name of its own, so that reading it costs nothing. */
  readonly bindings: string;
  /** Variables of the loops at the top level. */
  readonly topLevel: string;
}

/** Loops that end by themselves within so many rounds of no calls have no guard. */
const UNGUARDED_ROUNDS_MAX = 10_000;

/**
 * Puts a guard into every loop of a file: it looks at the clock in the first round after each tick, a number that
 * somebody outside of this thread changes every few milliseconds (`LOOP_CELL` of `process/page.ts`).
 *
 * ```js
 * while (more()) { if($$ticks[0]!==$$tick1){$$run1=$$loop1.at($$run1);$$tick1=$$ticks[0]}$$ticks[2]=0; step(); }
 * ```
 *
 * It sees at once when rounds become slow. Without the store, the JIT (Bun 1.4.5) reads the tick once, in front of the
 * loop, and never again. As long as no tick was seen, the call is not part of the machine code; in a bare loop that ran
 * for longer it is, and costs up to as much as a round does. Behind a `catch` it never is, but then each tick drops to
 * the interpreter: `while (n > 0) n--` for 200 ms took 2 s. The variables belong to the loop's function, so that they stay in registers and each activation
 * has its own. All of it stands on the line of the loop's body. Loops inside of `with` have none: its object could
 * answer for them.
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
    String.raw`if\(\$\$_*ticks\[0\]!==[^}]*\}\$\$_*ticks\[2\]=0;`,
  ].join("|"),
  "g",
);

/** `$$`, longer when the author's own text uses such names; escapes in identifiers count as what they stand for. */
function unusedPrefix(text: string): string {
  const plain = text.replace(/\\u\{?([0-9a-fA-F]{2,6})\}?/g, (_, hex: string) =>
    String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
  );
  let prefix = "$$";
  while (["run", "tick", "loop", "*/"].some((name) => plain.includes(prefix + name))) prefix += "_";
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
    if (roundsMaxOf(node, this.#frame.depth) > UNGUARDED_ROUNDS_MAX) this.#guard(node);
    this.#frame.depth++;
    this.#children(node);
    this.#frame.depth--;
  }

  finish(toPlaces: (offsets: readonly number[]) => readonly Place[]): LoopGuards | null {
    if (this.#loops.length === 0) return null;
    const places = toPlaces(this.#loops.map(({ offset }) => offset));
    const sites = `${this.#prefix}loops`;
    const bound = this.#loops.map((_, at) => `${this.#prefix}loop${at}=${sites}.guards[${at}]`);
    return {
      edits: this.#edits,
      loops: this.#loops.map(({ offset: _, ...loop }, at) => ({ place: places[at] as Place, ...loop })),
      sites,
      bindings: `const ${this.#prefix}ticks=${sites}.ticks,${bound.join(",")};`,
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

  #guard(loop: Node): void {
    const { suspends, declarations, depth } = this.#frame;
    const at = this.#loops.push({ offset: loop.start, isInner: depth > 0, suspends }) - 1;
    const [run, tick, site] = ["run", "tick", "loop"].map((name) => `${this.#prefix}${name}${at}`);
    const ticks = `${this.#prefix}ticks`;
    declarations.push(`${run}=0`, `${tick}=${ticks}[0]+${ticks}[1]`);
    const look = `${run}=${site}.at(${run});${tick}=${ticks}[0]`;
    const isDue = `${ticks}[0]!==${tick}`;
    this.#insert(loop["body"] as Node, `if(${isDue}){${look}}${ticks}[2]=0;`);
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

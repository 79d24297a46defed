import { type Place, toPlaces } from "./excerpt.ts";
import { isBare, isLoop, roundsMaxOf, UNGUARDED_ROUNDS_MAX } from "./loop-shapes.ts";
import { firstStripOf, type LoopEdits, STRIP_TEXT, stripLoop } from "./loop-strips.ts";
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

/**
 * Puts a guard into every loop of a file: it looks at the clock in the first round after each tick, a number that
 * somebody outside of this thread changes every few milliseconds (`LOOP_CELL` of `process/page.ts`).
 *
 * ```js
 * while (more()) { if($$ticks[0]!==$$tick1){$$run1=$$loop1.at($$run1);$$tick1=$$ticks[0]}$$ticks[2]=0; step(); }
 * ```
 *
 * It sees at once when rounds become slow. Without the store, the JIT (Bun 1.4.5) reads the tick once, in front of the
 * loop, and never again. Once a tick was seen, the call is part of the machine code, and in a loop that calls nothing
 * it costs as much as a round or more; such loops are cut into strips instead (`compiler/loop-strips.ts`). The variables
 * belong to the loop's function, so that they stay in registers and each activation has its own. All of it stands on
 * lines of the loop itself. Loops inside of `with` have none: its object could answer for them.
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
  const guards = new GuardCollector(text, isAsync);
  guards.walk(program);
  return guards.finish((offsets) => toPlaces(text, offsets).map(toAuthor));
}

/** What {@link guardLoops} put into a function, for the text of that function that a script asks for. */
export function withoutGuards(functionText: string): string {
  return functionText.includes("$run") ? functionText.replace(GUARD_TEXTS, "") : functionText;
}

const GUARD_TEXTS = new RegExp(
  [
    STRIP_TEXT,
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
  while (["run", "tick", "loop", "left", "size", "*/", "<"].some((name) => plain.includes(prefix + name)))
    prefix += "_";
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
  readonly #text: string;
  readonly #prefix: string;
  readonly #edits: Edit[] = [];
  /** In source order. */
  readonly #loops: (Omit<GuardedLoop, "place"> & { readonly offset: number })[] = [];
  readonly #topLevel: string[] = [];
  #frame: Frame;
  /** A loop that may be continued by its name. */
  #labelled: unknown = null;

  constructor(text: string, isAsync: boolean) {
    this.#text = text;
    this.#prefix = unusedPrefix(text);
    this.#frame = { suspends: isAsync, declarations: this.#topLevel, depth: 0 };
  }

  walk(node: Node): void {
    if (isTypeOnly(node) || node.type === "WithStatement") return;
    if (isFunction(node)) return this.#within(node["body"] as Node, isSuspendable(node), node);
    if (node.type === "StaticBlock") return this.#within(node, false, node);
    if (node.type === "LabeledStatement") this.#labelled = node["body"];
    if (!isLoop(node)) return this.#children(node);
    const guard = roundsMaxOf(node, this.#frame.depth) > UNGUARDED_ROUNDS_MAX ? this.#guardOf(node) : null;
    if (guard !== null) this.#edits.push(...guard.opening);
    this.#frame.depth++;
    this.#children(node);
    this.#frame.depth--;
    if (guard !== null) this.#edits.push(...guard.closing);
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
    const before = this.#edits.length;
    this.#children(node);
    const text = toDeclaration(this.#frame.declarations);
    this.#frame = outer;
    if (text === "") return;
    const at = startOfStatements(body);
    // In front of what begins a loop at the same place.
    this.#edits.splice(before, 0, { start: at, end: at, text });
  }

  #guardOf(loop: Node): LoopEdits {
    const { suspends, declarations, depth } = this.#frame;
    const at = this.#loops.push({ offset: loop.start, isInner: depth > 0, suspends }) - 1;
    const prefix = this.#prefix;
    const nameOf = (what: string) => `${prefix}${what}${at}`;
    const [run, tick, ticks] = [nameOf("run"), nameOf("tick"), `${prefix}ticks`];
    declarations.push(`${run}=0`, `${tick}=${ticks}[0]+${ticks}[1]`);
    const look = [`${run}=${nameOf("loop")}.at(${run})`, `${tick}=${ticks}[0]`];
    if (loop !== this.#labelled && isBare(loop, depth)) {
      const [left, size] = [nameOf("left"), nameOf("size")];
      const strips = stripLoop(this.#text, loop, { prefix, left, size, tick, ticks, look: look.join(",") });
      if (strips !== null) {
        declarations.push(`${left}=0`, `${size}=${firstStripOf(ticks)}`);
        return strips;
      }
    }
    const isDue = `${ticks}[0]!==${tick}`;
    return this.#inBody(loop["body"] as Node, `if(${isDue}){${look.join(";")}}${ticks}[2]=0;`);
  }

  #inBody({ type, start, end }: Node, text: string): LoopEdits {
    if (type === "BlockStatement") {
      return { opening: [{ start: start + 1, end: start + 1, text }], closing: [] };
    }
    const mark = `/*${this.#prefix}*/`;
    return {
      opening: [{ start, end: start, text: `{${mark}${text}` }],
      closing: [{ start: end, end, text: `${mark}}` }],
    };
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

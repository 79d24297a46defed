/** What the clients of a soak did and saw. */
export class Tally {
  requests = 0;
  /** Sockets opened, and messages that came in on them. */
  sockets = 0;
  messages = 0;
  /** Connections cut by a client in the middle of something, by kind. */
  readonly cut = new Map<string, number>();
  /** Errors that were asked for and came, by kind. */
  readonly expected = new Map<string, number>();
  /** What was not as it should be, by kind. */
  readonly unexpected = new Map<string, number>();
  /** The first of them in full. */
  readonly examples: string[] = [];

  noteUnexpected(kind: string, example: string): void {
    count(this.unexpected, kind);
    if (this.examples.length < EXAMPLES_MAX) this.examples.push(`${kind}: ${example.slice(0, 300)}`);
  }
}

const EXAMPLES_MAX = 10;

/** Adds one to a kind. */
export function count(kinds: Map<string, number>, kind: string, by = 1): void {
  kinds.set(kind, (kinds.get(kind) ?? 0) + by);
}

/** All kinds together. */
export function sumOf(kinds: ReadonlyMap<string, number>): number {
  return [...kinds.values()].reduce((sum, each) => sum + each, 0);
}

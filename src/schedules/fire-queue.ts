/** Something that is due at a moment. */
export interface Due {
  /** Milliseconds since the epoch. */
  readonly dueMs: number;
}

/** A binary heap: the earliest of many in O(1), changes in O(log n). An item stands in it at most once. */
export class FireQueue<T extends Due> {
  readonly #heap: T[] = [];
  readonly #places = new Map<T, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest. */
  peek(): T | undefined {
    return this.#heap[0];
  }

  has(item: T): boolean {
    return this.#places.has(item);
  }

  /** @param item Must not change its moment while it stands in the queue. */
  add(item: T): void {
    this.remove(item);
    this.#heap.push(item);
    this.#rise(item, this.#heap.length - 1);
  }

  /** Does nothing when it is not there. */
  remove(item: T): void {
    const at = this.#places.get(item);
    if (at === undefined) return;
    this.#places.delete(item);
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    // What takes its place may belong further up as well as further down.
    this.#sink(last, at);
    this.#rise(last, this.#places.get(last) ?? at);
  }

  #rise(item: T, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above] as T;
      if (parent.dueMs <= item.dueMs) break;
      this.#put(parent, at);
      at = above;
    }
    this.#put(item, at);
  }

  #sink(item: T, from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) break;
      const right = left + 1;
      const isRight =
        right < this.#heap.length && (this.#heap[right] as T).dueMs < (this.#heap[left] as T).dueMs;
      const below = isRight ? right : left;
      const child = this.#heap[below] as T;
      if (item.dueMs <= child.dueMs) break;
      this.#put(child, at);
      at = below;
    }
    this.#put(item, at);
  }

  #put(item: T, at: number): void {
    this.#heap[at] = item;
    this.#places.set(item, at);
  }
}

import { CELL, LOOP_CELL, TICK_MS, TickCount } from "./page.ts";

declare const self: Worker;

/** The thread of {@link OwnTicks}; it is told the page once, by its path or as shared memory. */
self.onmessage = ({ data }: MessageEvent<string | Uint8Array>) => {
  const { buffer } = typeof data === "string" ? Bun.mmap(data, { shared: true }) : data;
  const cells = new Int32Array(buffer);
  const count = new TickCount();
  setInterval(() => {
    cells[CELL.loops + LOOP_CELL.tick] = count.next(cells);
  }, TICK_MS);
};

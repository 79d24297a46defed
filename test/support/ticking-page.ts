import { RunningMark } from "../../src/engine/running-mark.ts";
import { createOwnPage } from "../../src/process/page.ts";
import { OwnTicks } from "../../src/process/ticks.ts";

/** A page as a server without a parent has one: its ticks end loops; released by `using`. */
export interface TickingPage extends Disposable {
  /** For `scriptApp`. */
  readonly mark: RunningMark;
}

export function tickingPage(): TickingPage {
  const page = createOwnPage();
  const ticks = new OwnTicks(page);
  return { mark: new RunningMark(page.bytes), [Symbol.dispose]: () => ticks[Symbol.dispose]() };
}

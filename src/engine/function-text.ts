import vm from "node:vm";
import { withoutGuards } from "../compiler/loop-guards.ts";
import { harden } from "./harden.ts";

/**
 * Makes functions of a context show their text without the guards of their loops, so that one which is sent elsewhere
 * as text (to a browser, a worker, a database) runs there.
 */
export function hideLoopGuards(context: vm.Context): void {
  (INSTALL.runInContext(context) as (show: (text: string) => string) => void)(show);
}

const show = harden((text: string) => withoutGuards(text));

/** A method, so that it has no prototype and is no constructor, like the one it replaces. */
const INSTALL = new vm.Script(`(show) => {
  const { prototype } = Function;
  const native = prototype.toString;
  const { apply } = Reflect;
  const shown = {
    toString() { return show(apply(native, this === shown ? native : this, [])); },
  }.toString;
  Object.defineProperty(prototype, "toString", { value: shown, writable: true, enumerable: false, configurable: true });
}`);

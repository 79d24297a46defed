import type { Operation } from "../operation.ts";
import { compare, compareByGet } from "./compare.ts";
import { init } from "./init.ts";
import { install } from "./install.ts";
import { pin } from "./pin.ts";
import { read } from "./read.ts";
import { update } from "./update.ts";

/** Operations of the namespace `package`. */
export const packageFile: readonly Operation[] = [read, init, update, install, compare, compareByGet, pin];

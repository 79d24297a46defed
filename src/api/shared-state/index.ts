import type { Operation } from "../operation.ts";
import { clear } from "./clear.ts";
import { get } from "./get.ts";
import { set } from "./set.ts";

/** Operations of the namespace `shared-state`. */
export const sharedState: readonly Operation[] = [get, set, clear];

import type { Operation } from "../operation.ts";
import { discover } from "./discover.ts";
import { resolve } from "./resolve.ts";
import { test } from "./test.ts";

/** Operations of the namespace `route`. */
export const route: readonly Operation[] = [resolve, discover, test];

import type { Operation } from "../operation.ts";
import { bundled } from "./bundled.ts";
import { check } from "./check.ts";
import { install } from "./install.ts";

/** Operations of the namespace `dependencies`. */
export const dependencies: readonly Operation[] = [bundled, check, install];

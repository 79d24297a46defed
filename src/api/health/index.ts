import type { Operation } from "../operation.ts";
import { check } from "./check.ts";

/** Operations of the namespace `health`. */
export const health: readonly Operation[] = [check];

import type { Operation } from "../operation.ts";
import { clear } from "./clear.ts";

/** Operations of the namespace `cache`. */
export const cache: readonly Operation[] = [clear];

import type { Operation } from "../operation.ts";
import { list } from "./list.ts";

/** Operations of the namespace `ids`. */
export const ids: readonly Operation[] = [list];

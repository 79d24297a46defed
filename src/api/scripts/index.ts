import type { Operation } from "../operation.ts";
import { remove } from "./delete.ts";
import { list } from "./list.ts";
import { move } from "./move.ts";
import { read } from "./read.ts";
import { tree } from "./tree.ts";
import { write } from "./write.ts";

/** Operations of the namespace `scripts`. */
export const scripts: readonly Operation[] = [read, write, remove, list, tree, move];

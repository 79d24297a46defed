import { clear } from "./clear.ts";
import { list } from "./list.ts";
import { read } from "./read.ts";
import { search } from "./search.ts";
import { stream } from "./stream.ts";

/** What scripts have logged. */
export const logs = [list, read, search, stream, clear];

import type { Operation } from "../operation.ts";
import { bulkUpdate } from "./bulk-update.ts";
import { read } from "./read.ts";
import { schema } from "./schema.ts";
import { update } from "./update.ts";

/** Operations of the namespace `magic`. */
export const magicComments: readonly Operation[] = [schema, read, update, bulkUpdate];

import type { Operation } from "../operation.ts";
import { remove } from "./delete.ts";
import { get } from "./get.ts";
import { importSdk } from "./import.ts";
import { list } from "./list.ts";

/** Operations of the namespace `sdk`. */
export const sdk: readonly Operation[] = [importSdk, list, get, remove];

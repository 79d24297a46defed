import type { Operation } from "../operation.ts";
import { history } from "./history.ts";
import { list } from "./list.ts";
import { reload } from "./reload.ts";
import { trigger } from "./trigger.ts";

/** Operations of the namespace `schedules`. */
export const schedules: readonly Operation[] = [list, trigger, reload, history];

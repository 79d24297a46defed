import type { Operation } from "../operation.ts";
import { activeRequests } from "./active-requests.ts";
import { metrics } from "./metrics.ts";
import { scriptPerformance } from "./script-performance.ts";
import { scripts } from "./scripts.ts";
import { stats } from "./stats.ts";

/** Operations of the namespace `monitor`. */
export const monitor: readonly Operation[] = [stats, activeRequests, scripts, scriptPerformance, metrics];

import type { RouteMatch } from "../routing/route-table.ts";
import type { Deployment } from "../scripts/deployment.ts";
import type { ScriptUnit } from "./script-unit.ts";

/** Where one URL (without its query) leads: what the URL map of the engine holds. */
export interface Endpoint {
  readonly unit: ScriptUnit;
  readonly deployment: Deployment;
  /** Name in the Host header, without port. */
  readonly hostname: string;
  readonly match: RouteMatch;
  /** Query that stood percent-encoded in the path (script-runtime.md §3); "" for nearly every URL. */
  readonly pathQuery: string;
}

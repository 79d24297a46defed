import type { Operation } from "../operation.ts";
import { openapiJson, openapiYaml } from "./openapi.ts";
import { restart } from "./restart.ts";
import { restartStatus } from "./restart-status.ts";

/** Operations of the namespace `system`. */
export const system: readonly Operation[] = [openapiJson, openapiYaml, restartStatus, restart];

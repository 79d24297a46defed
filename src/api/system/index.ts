import type { Operation } from "../operation.ts";
import { openapiJson, openapiYaml } from "./openapi.ts";

/** Operations of the namespace `system`. */
export const system: readonly Operation[] = [openapiJson, openapiYaml];

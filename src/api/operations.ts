import { cache } from "./cache/index.ts";
import { dependencies } from "./dependencies/index.ts";
import { docs } from "./docs/index.ts";
import { health } from "./health/index.ts";
import { ids } from "./ids/index.ts";
import { logs } from "./logs/index.ts";
import { magicComments } from "./magic-comments/index.ts";
import { monitor } from "./monitor/index.ts";
import type { Operation } from "./operation.ts";
import { packageFile } from "./package/index.ts";
import { route } from "./route/index.ts";
import { schedules } from "./schedules/index.ts";
import { scripts } from "./scripts/index.ts";
import { sdk } from "./sdk/index.ts";
import { sharedState } from "./shared-state/index.ts";
import { system } from "./system/index.ts";
import { templates } from "./templates/index.ts";
import { userOpenapi } from "./user-openapi/index.ts";
import { validate } from "./validate/index.ts";

/** Every operation of the control API, namespace by namespace in the order of the documents. */
export const OPERATIONS: readonly Operation[] = [
  ...health,
  ...monitor,
  ...system,
  ...scripts,
  ...validate,
  ...magicComments,
  ...templates,
  ...logs,
  ...cache,
  ...sharedState,
  ...dependencies,
  ...packageFile,
  ...route,
  ...schedules,
  ...sdk,
  ...userOpenapi,
  ...ids,
  ...docs,
];

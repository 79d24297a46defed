import type { SettingName } from "../config/settings.ts";

/** How often limits of the settings were reached since the start, by setting. */
export interface LimitCounts {
  /** What was asked for and refused. */
  readonly refused: Readonly<Partial<Record<SettingName, number>>>;
  /** What was kept and had to go for something newer. */
  readonly givenUp: Readonly<Partial<Record<SettingName, number>>>;
}

/** Settings that bound what the control API takes in, and whose refusals it counts. */
const CONTROL_LIMITS = [
  "bodyMax",
  "sharedStateMax",
  "templatesMax",
  "templateSizeMax",
  "sdkDocumentMax",
  "sdkOperationsMax",
  "sdkImportsMax",
  "openapiScriptsMax",
  "openapiBytesMax",
  "logSearchQueueMax",
] as const satisfies readonly SettingName[];

type ControlLimit = (typeof CONTROL_LIMITS)[number];

/** What the control API has refused since the start because a limit was reached. */
export class ControlRefusals {
  readonly counts = Object.fromEntries(CONTROL_LIMITS.map((name) => [name, 0])) as Record<
    ControlLimit,
    number
  >;

  /** @param limit The setting, as the refusal names it. */
  note(limit: string): void {
    if (isControlLimit(limit)) this.counts[limit]++;
  }
}

function isControlLimit(name: string): name is ControlLimit {
  return (CONTROL_LIMITS as readonly string[]).includes(name);
}

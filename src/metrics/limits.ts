import type { SettingName } from "../config/settings.ts";

/** How often limits of the settings were reached since the start, by setting. */
export interface LimitCounts {
  /** What was asked for and refused. */
  readonly refused: Readonly<Partial<Record<SettingName, number>>>;
  /** What was kept and had to go for something newer. */
  readonly givenUp: Readonly<Partial<Record<SettingName, number>>>;
}

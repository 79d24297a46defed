import type { Setting } from "./setting.ts";
import { SETTING_NAMES, SETTINGS, toEnvironmentNames, toFlag } from "./settings.ts";

/** Text of `--help`: usage, then each flag with its default and meaning. */
export function describeSettings(): string {
  const rows = settingRows().map(({ row, flag, fallback }) => ({
    left: [flag, row.grammar.placeholder].filter(Boolean).join(" "),
    right: `${row.description} (default ${fallback})`,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return [
    "Usage: bun run start [flags]",
    "",
    ...rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    "",
    "Durations are milliseconds, sizes bytes; both take units (5s, 10mb).",
    "A flag --some-name is also read from the environment as EXEC_SOME_NAME; the flag wins.",
  ].join("\n");
}

/** The settings as the table of the README. */
export function settingsAsMarkdown(): string {
  const rows = settingRows().map(
    ({ row, flag, environment, fallback }) =>
      `| \`${flag}\` | ${environment.map((variable) => `\`${variable}\``).join(", ")} | \`${fallback}\` | ${escapeCell(row.description)} |`,
  );
  return ["| Flag | Environment | Default | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function settingRows() {
  return SETTING_NAMES.map((name) => {
    const row = SETTINGS[name] as Setting<unknown>;
    return {
      row,
      flag: toFlag(name),
      environment: toEnvironmentNames(name),
      fallback: row.default === null ? (row.defaultText ?? "none") : row.grammar.print(row.default),
    };
  });
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}

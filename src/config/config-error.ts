/**
 * The settings cannot be used as given; the process ends with exit code 2 and the message as its only line.
 *
 * The message names the flag or environment variable, the value, and what is accepted.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

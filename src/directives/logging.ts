import { directive } from "./directive.ts";
import { bodyMode, boolean, integer, lowerCaseList, oneOf, size } from "./grammars.ts";

/** Directives that decide what is written to the log of the deployment. */
export const logging = {
  "log-level": directive({
    category: "logging",
    grammar: oneOf("none", "minimal", "standard", "full", "debug"),
    description: "How much is logged of each request",
    defaults: { omitted: null, runtime: "none", sdk: "standard" },
    examples: ["// @log-level standard"],
    notes: ["Any other log directive raises the default to standard"],
  }),
  debug: directive({
    category: "logging",
    grammar: boolean,
    description: "Same as @log-level debug",
    defaults: { omitted: false, runtime: false, sdk: false },
    examples: ["// @debug"],
  }),
  "log-request-body": directive({
    category: "logging",
    grammar: bodyMode,
    description: "Whether the request body is logged",
    defaults: { omitted: "off", runtime: "off", sdk: "off" },
    examples: ["// @log-request-body redacted"],
    notes: ["A word it does not know is read as redacted"],
  }),
  "log-response-body": directive({
    category: "logging",
    grammar: bodyMode,
    description: "Whether the response body is logged",
    defaults: { omitted: "off", runtime: "off", sdk: "off" },
    examples: ["// @log-response-body full"],
    notes: ["A word it does not know is read as redacted"],
  }),
  "log-max-body-size": directive({
    category: "logging",
    grammar: size,
    description: "Bytes kept of each logged body",
    defaults: { omitted: null, runtime: 65_536, sdk: null },
    examples: ["// @log-max-body-size 4kb"],
  }),
  "log-exclude-headers": directive({
    category: "logging",
    grammar: lowerCaseList,
    description: "Headers that are masked in the log",
    defaults: {
      omitted: [],
      runtime: ["authorization", "cookie", "set-cookie", "x-token", "x-api-key", "proxy-authorization"],
      sdk: [],
    },
    examples: ["// @log-exclude-headers authorization, x-session"],
  }),
  "log-retention-days": directive({
    category: "logging",
    grammar: integer({ min: 0, max: 3650 }),
    description: "Days after which log files are removed",
    defaults: { omitted: null, runtime: 30, sdk: null },
    examples: ["// @log-retention-days 7"],
  }),
};

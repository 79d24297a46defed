import { cron } from "./cron.ts";
import { directive } from "./directive.ts";
import { boolean, concurrent, duration, oneOf, secretWord } from "./grammars.ts";

/** Directives that decide whether and how a script runs. */
export const execution = {
  mode: directive({
    category: "execution",
    grammar: oneOf("worker", "serverless"),
    description: "Keep one context for the deployment, or take a fresh one for each request",
    defaults: { omitted: null, runtime: "serverless", sdk: "serverless" },
    examples: ["// @mode worker"],
  }),
  enabled: directive({
    category: "execution",
    grammar: boolean,
    description: "Answer 404 instead of running the script when false",
    defaults: { omitted: true, runtime: true, sdk: true },
    examples: ["// @enabled false"],
  }),
  timeout: directive({
    category: "execution",
    grammar: duration,
    description: "Longest time a request may take before the caller gets 504",
    defaults: { omitted: null, runtime: 3_600_000, sdk: 30_000 },
    examples: ["// @timeout 5s", "// @timeout unlimited"],
    notes: [
      "Ends the wait of the caller, not running code",
      "The setting --timeout-default replaces the default",
    ],
  }),
  "await-promises": directive({
    category: "execution",
    grammar: boolean,
    description: "Accepted for older scripts, without effect: promises are always awaited",
    defaults: { omitted: true, runtime: true, sdk: true },
    examples: ["// @await-promises true"],
  }),
  concurrent: directive({
    category: "execution",
    grammar: concurrent,
    description: "How many requests run at once; further ones wait",
    defaults: { omitted: true, runtime: true, sdk: true },
    examples: ["// @concurrent false", "// @concurrent 4"],
    notes: ["Serverless only", "true is unlimited, false is 1"],
  }),
  websocket: directive({
    category: "execution",
    grammar: boolean,
    description: "Accept WebSocket connections",
    defaults: { omitted: false, runtime: false, sdk: false },
    examples: ["// @websocket"],
    notes: ["Needs @mode worker"],
  }),
  token: directive({
    category: "execution",
    grammar: secretWord,
    description: "Shared secret that a caller must present",
    defaults: { omitted: null, runtime: null, sdk: null },
    linesMax: 16,
    examples: ["// @token s3cret for the billing team"],
    notes: [
      "Text after the first word is a note",
      "May stand on several lines: any of the secrets opens the script",
    ],
  }),
  schedule: directive({
    category: "execution",
    grammar: cron,
    description: "When the script runs by itself",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @schedule */5 * * * *", "// @schedule @daily"],
    notes: ["UTC", "One schedule for each file"],
  }),
  "schedule-timeout": directive({
    category: "execution",
    grammar: duration,
    description: "Longest time a scheduled run may take",
    defaults: { omitted: null, runtime: 30_000, sdk: null },
    examples: ["// @schedule-timeout 2m"],
    notes: ["Without it the script's own @timeout applies, and the default only where that is absent too"],
  }),
  "debug-instrument": directive({
    category: "execution",
    grammar: boolean,
    description: "Extra runtime instrumentation",
    defaults: { omitted: false, runtime: false, sdk: false },
    examples: ["// @debug-instrument"],
    notes: ["May have no effect"],
  }),
};

/** Directives of this product, documented after all others (magic-comments.md §3.1). */
export const ownExecution = {
  "loop-limit": directive({
    category: "execution",
    grammar: duration,
    description: "Longest time a loop may run without yielding before the caller gets 504",
    defaults: { omitted: null, runtime: 2000, sdk: null },
    examples: ["// @loop-limit 500", "// @loop-limit 0"],
    notes: [
      "0 lifts the limit and compiles the script without guards",
      "Native calls and regular expressions are not covered",
      "The setting --loop-limit replaces the default",
    ],
  }),
};

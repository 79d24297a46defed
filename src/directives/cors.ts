import { directive } from "./directive.ts";
import { boolean, corsOrigin, httpTokens, integer } from "./grammars.ts";

/** Directives that decide which other origins may read the answers. */
export const cors = {
  cors: directive({
    category: "cors",
    grammar: corsOrigin,
    description: "Origin that may read the answers",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @cors reflective", "// @cors *", "// @cors https://app.example.com", "// @cors none"],
    notes: ["none is reported as null"],
  }),
  "cors-credentials": directive({
    category: "cors",
    grammar: boolean,
    description: "Let browsers send cookies and credentials",
    defaults: { omitted: false, runtime: false, sdk: false },
    examples: ["// @cors-credentials"],
  }),
  "cors-methods": directive({
    category: "cors",
    grammar: httpTokens,
    description: "Methods a preflight answer allows",
    defaults: { omitted: null, runtime: "GET,POST,PUT,PATCH,DELETE,OPTIONS", sdk: null },
    examples: ["// @cors-methods GET, POST"],
  }),
  "cors-headers": directive({
    category: "cors",
    grammar: httpTokens,
    description: "Request headers a preflight answer allows",
    defaults: { omitted: null, runtime: null, sdk: null },
    examples: ["// @cors-headers Content-Type, X-Session"],
    notes: ["Without it the headers that were asked for, or Content-Type and Authorization when none were"],
  }),
  "cors-max-age": directive({
    category: "cors",
    grammar: integer({ min: 0 }),
    description: "Seconds a browser may remember a preflight answer",
    defaults: { omitted: null, runtime: 86_400, sdk: null },
    examples: ["// @cors-max-age 600"],
  }),
};

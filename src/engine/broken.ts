import { toLogPolicy } from "../logs/policy.ts";
import { requireAccess } from "./admit.ts";
import type { Answers } from "./answers.ts";
import { corsHeaders, preflightResponse, withCors } from "./cors.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TimedArrival } from "./engine-options.ts";
import { Execution } from "./execution.ts";
import type { ExecutionLogs } from "./execution-logs.ts";
import type { Units } from "./units.ts";

/** What answers for a broken script. */
export interface BrokenOptions {
  readonly answers: Answers;
  readonly logs: ExecutionLogs;
  readonly units: Units;
}

/** Answers a request to a script that cannot be loaded. */
export type BrokenAnswer = (thrown: unknown, endpoint: Endpoint, arrival: TimedArrival) => Response;

/** Such a script keeps its guards and its log: what is wrong with it is not for everybody. */
export function brokenAnswer({ answers, logs, units }: BrokenOptions): BrokenAnswer {
  return (thrown, endpoint, arrival) => {
    const { request, server, url, query, startedMs, host } = arrival;
    const directives = units.declaredBy(endpoint.match.file);
    if (request.method === "OPTIONS") return preflightResponse(directives, request);
    const logged = logs.begin(directives && toLogPolicy(directives), endpoint, arrival);
    const execution = new Execution(request, server, endpoint, url, null, logged ?? host, startedMs);
    if (directives === null) return answers.failed(thrown, execution);
    let failure = thrown;
    try {
      requireAccess(directives, request, query);
    } catch (refusal) {
      failure = refusal;
    }
    const cors = corsHeaders(directives, request.headers.get("origin"));
    const response = withCors(answers.failed(failure, execution), cors);
    return logged?.finish(response) ?? response;
  };
}

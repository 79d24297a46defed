import { z } from "@hono/zod-openapi";
import { ExecError } from "../../errors/exec-error.ts";
import { operation } from "../operation.ts";
import { isAccept } from "./accept.ts";

/** Of the text format that every Prometheus reads. */
const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** GET /api/v1/exec/monitor/metrics: everything for a Prometheus server. */
export const metrics = operation({
  id: "monitor.prometheusExport",
  method: "get",
  path: "/api/v1/exec/monitor/metrics",
  summary: "Report the metrics as Prometheus reads them",
  description:
    "Text format 0.0.4, whatever the Accept header asks for. With --prometheus off it answers 404, and 503 while the " +
    "exporter cannot be loaded, both as text.",
  response: z.string(),
  mediaType: "text/plain",
  failures: ["invalidInput"],
  async handle(_input, { config, exporter }, { headers }) {
    const accept = headers.get("accept");
    if (accept !== null && !isAccept(accept)) {
      throw new ExecError("invalidInput", undefined, {
        details: { field: "header", reason: "invalid Accept header" },
      });
    }
    if (!config.prometheus) return comment(404, "Prometheus exporter disabled (--prometheus off)");
    const loaded = await exporter().catch(() => null);
    if (loaded === null) return comment(503, "Prometheus exporter not ready");
    return new Response(await loaded.text(), { headers: { "content-type": EXPOSITION_TYPE } });
  },
});

function comment(status: number, text: string): Response {
  return new Response(`# ${text}`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

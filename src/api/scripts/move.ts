import { z } from "@hono/zod-openapi";
import { deploymentInScope } from "../../scripts/scope.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { scopeBody, scopeQuery } from "../schemas.ts";
import { fileName, resolvedPath, sizeInBytes } from "./schemas.ts";

const MISSING = "from and to paths are required";

/** Gives a file another name; its route and what is kept of it in memory follow. */
export const move = operation({
  id: "scripts.move",
  method: "post",
  path: "/api/v1/exec/scripts/move",
  summary: "Move or rename a script",
  query: z.object(scopeQuery),
  body: z
    .object({
      ...scopeBody,
      from: fileName(MISSING).openapi({ example: "echo.js" }),
      to: fileName(MISSING).openapi({ example: "tools/echo.js" }),
      overwrite: z.boolean().default(false),
    })
    .openapi("ScriptMove"),
  response: z
    .object({
      moved: z.literal(true),
      from: z.string(),
      to: z.string(),
      resolvedFrom: resolvedPath,
      resolvedTo: resolvedPath,
      size: sizeInBytes,
    })
    .openapi("ScriptMoved"),
  failures: ["invalidInput", ...PATH_FAILURES, "scriptMissing", "targetExists", ...WRITE_FAILURES],
  async handle({ body, scope }, { scripts, events }, { host, id }) {
    const deployment = deploymentInScope(scope, host);
    const resolvedFrom = scripts.resolve(body.from, deployment);
    const resolvedTo = scripts.resolve(body.to, deployment);
    const { size } = await scripts.move(resolvedFrom, resolvedTo, { overwrite: body.overwrite });
    events.emit("script.moved", { from: resolvedFrom, to: resolvedTo, scope: deployment.key }, id);
    return { moved: true as const, from: body.from, to: body.to, resolvedFrom, resolvedTo, size };
  },
});

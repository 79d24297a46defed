import { z } from "@hono/zod-openapi";
import { readEnvironment } from "../../scripts/environment.ts";
import { isScript } from "../../scripts/exclude.ts";
import { deploymentInScope } from "../../scripts/scope.ts";
import { isCheckedOnWrite } from "../../validation/write.ts";
import { PATH_FAILURES, WRITE_FAILURES } from "../file-failures.ts";
import { operation } from "../operation.ts";
import { isoTime, scopeBody, scopeQuery } from "../schemas.ts";
import { refuseInvalidScript } from "./invalid-script.ts";
import { scheduleOutcome } from "./schedule-outcome.ts";
import { fileName, resolvedPath, sizeInBytes } from "./schemas.ts";

/** Stores a file; the very next request is served the new version. */
export const write = operation({
  id: "scripts.write",
  method: "post",
  path: "/api/v1/exec/scripts/write",
  summary: "Create or overwrite a script",
  description:
    "Scripts must compile and .json must parse, unless validate is false. The text is stored byte for byte.",
  query: z.object(scopeQuery),
  body: z
    .object({
      ...scopeBody,
      path: fileName("path is required").openapi({ example: "echo.js" }),
      content: z
        .string({
          error: ({ input }) => (input === undefined ? "content is required" : "content must be a string"),
        })
        .openapi({ example: 'return { hello: "world" };\n' }),
      createDirs: z.boolean().default(true).openapi({ description: "Make missing directories" }),
      validate: z.boolean().default(true).openapi({ description: "Refuse what does not compile" }),
    })
    .openapi("ScriptWrite"),
  response: z
    .object({
      path: z.string(),
      resolvedPath,
      created: z.boolean(),
      updated: z.boolean(),
      size: sizeInBytes,
      modified: isoTime,
      validated: z.boolean().openapi({ description: "Whether checks for this extension ran and passed" }),
      schedule: z
        .object({
          action: z.enum(["registered", "updated", "unregistered", "none", "failed"]),
          reason: z.string().optional(),
        })
        .optional()
        .openapi({ description: "What became of @schedule; absent when the script has and had none" }),
      env: z
        .record(z.string(), z.string())
        .optional()
        .openapi({ description: "Variables that .env files give to the script; absent when there are none" }),
    })
    .openapi("ScriptWritten"),
  failures: ["invalidInput", "invalidScript", ...PATH_FAILURES, ...WRITE_FAILURES],
  async handle({ body, scope }, { scripts, sources, schedules, events }, { host, id }) {
    const deployment = deploymentInScope(scope, host);
    const file = scripts.resolve(body.path, deployment);
    const isChecked = body.validate && isCheckedOnWrite(file);
    if (isChecked) refuseInvalidScript(body.content, file, sources);
    const before = schedules.table.get(file);
    const { created, size, modified } = await scripts.write(file, body.content, {
      createDirs: body.createDirs,
    });
    const written = { path: file, scope: deployment.key, created, size, validated: isChecked };
    events.emit("script.written", { ...written, source: "api" }, id);
    return {
      path: body.path,
      resolvedPath: file,
      created,
      updated: !created,
      size,
      modified: modified.toISOString(),
      validated: isChecked,
      ...scheduleOutcome({ file, source: body.content, before, isOn: schedules.isOn }),
      ...companionVariables(scripts.root, file),
    };
  },
});

function companionVariables(root: string, file: string): { env?: Record<string, string> } {
  if (!isScript(file)) return {};
  const variables = readEnvironment(root, file);
  return Object.keys(variables).length === 0 ? {} : { env: variables };
}

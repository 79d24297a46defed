import type { Template } from "../template.ts";
import { aiSummary } from "./ai-summary.ts";
import { apiKeyGuard } from "./api-key-guard.ts";
import { apiProxy } from "./api-proxy.ts";
import { crudSqlite } from "./crud-sqlite.ts";
import { fileUpload } from "./file-upload.ts";
import { jsonApi } from "./json-api.ts";
import { scheduledJob } from "./scheduled-job.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import { shellCommand } from "./shell-command.ts";
import { webhook } from "./webhook.ts";
import { websocketRoom } from "./websocket-room.ts";

/** The templates that come with the program, the simplest first. */
export const BUILTIN_TEMPLATES: readonly Template[] = [
  jsonApi,
  crudSqlite,
  webhook,
  scheduledJob,
  websocketRoom,
  serverSentEvents,
  apiProxy,
  fileUpload,
  aiSummary,
  shellCommand,
  apiKeyGuard,
];

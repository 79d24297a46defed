import type { Failure } from "./failure.ts";
import { scheduleFailures } from "./schedule-failures.ts";
import { SCRIPT_FAILURES } from "./script-failures.ts";
import { storageFailures } from "./storage-failures.ts";

/**
 * TABLE: every kind of failure this server answers with.
 *
 * The kind is ours and precise; the wire code follows from the status (control-api.md §0).
 */
export const FAILURES = {
  invalidInput: {
    status: 400,
    title: "Invalid request parameters",
    resolution: "Compare the request with /openapi.json",
  },
  invalidJson: { status: 400, title: "Invalid JSON body", resolution: "Send a body that parses as JSON" },
  invalidBody: {
    status: 400,
    title: "Invalid request body",
    resolution: "Send a body that its Content-Type describes",
  },
  malformedUrl: {
    status: 400,
    title: "Malformed query string",
    resolution: "Percent-encode the URL as RFC 3986 says",
  },
  handshakeInvalid: {
    status: 400,
    title: "Invalid WebSocket handshake",
    resolution: "Send the headers that RFC 6455 §4.1 names",
  },
  invalidScript: {
    status: 400,
    title: "Script validation failed",
    resolution: "Mend the places in details.validation.errors, or write with validate=false",
  },
  logNameInvalid: {
    status: 400,
    title: "Invalid log file name",
    resolution: "Name a file as GET /api/v1/exec/logs/list does",
  },
  unauthorized: {
    status: 401,
    title: "Unauthorized",
    resolution: "Send the token of the script or of the control API",
  },
  pathExcluded: {
    status: 403,
    title: "Path is excluded from access",
    resolution: "Choose a path outside the reserved directories",
  },
  pathOutside: {
    status: 403,
    title: "Invalid path: must be within scripts directory",
    resolution: "Name a path below the scripts directory",
  },
  pathSymlink: {
    status: 403,
    title: "Invalid path: resolves through a symlink",
    resolution: "Name a path that leads through no symbolic link out of the scripts directory",
  },
  scopeMissing: {
    status: 403,
    title: "The token does not have the scope",
    resolution: "Use a token with the scope in details.scope, or a role that holds it",
  },
  crossSite: {
    status: 403,
    title: "Cross-site request refused",
    resolution: "Call the control API from its own origin or without a browser",
  },
  originRefused: {
    status: 403,
    title: "The origin may not open this socket",
    resolution: "Name the origin in // @cors of the script",
  },
  operationMissing: {
    status: 404,
    title: "No such endpoint",
    resolution: "Look the endpoint up in /openapi.json",
  },
  scriptMissing: {
    status: 404,
    title: "Script not found",
    resolution: "Ask POST /api/v1/exec/route/resolve what was tried",
  },
  logMissing: {
    status: 404,
    title: "Log file not found",
    resolution: "Look the file up with GET /api/v1/exec/logs/list",
  },
  directoryMissing: {
    status: 404,
    title: "Directory not found",
    resolution: "List the parent directory with GET /api/v1/exec/scripts/list",
  },
  templateMissing: {
    status: 404,
    title: "Template not found",
    resolution: "Look the name up with GET /api/v1/exec/templates/list",
  },
  sdkMissing: {
    status: 404,
    title: "SDK not found",
    resolution: "Look the id up with GET /api/v1/exec/sdk/list",
  },
  schemaMissing: {
    status: 404,
    title: "No schema file found for this script",
    resolution: "Write name.openapi.json or name.schema.json beside the script",
  },
  scriptDisabled: {
    status: 404,
    title: "Not Found",
    resolution: "Remove // @enabled false from the script",
  },
  manifestMissing: {
    status: 404,
    title: "package.json not found",
    resolution: "Create it with POST /api/v1/exec/package/init",
  },
  methodNotAllowed: {
    status: 405,
    title: "Method not allowed",
    resolution: "Use one of the methods in the Allow header",
  },
  bodyTimeout: {
    status: 408,
    title: "Request body read timeout",
    resolution: "Send the body faster or in smaller parts",
  },
  targetExists: {
    status: 409,
    title: "Target already exists",
    resolution: "Choose another name, or pass overwrite=true",
  },
  manifestExists: {
    status: 409,
    title: "package.json already exists",
    resolution: "Change it with POST /api/v1/exec/package/update, or pass force=true to begin anew",
  },
  manifestUnusable: {
    status: 409,
    title: "package.json cannot be used",
    resolution: "Mend it by hand, or begin anew with POST /api/v1/exec/package/init and force=true",
  },
  templateExists: {
    status: 409,
    title: "Template already exists",
    resolution: "Choose another name, or update the template",
  },
  sdkEdited: {
    status: 409,
    title: "Files of the import have been edited",
    resolution: "Keep what is in details.conflicts elsewhere, then pass force=true",
  },
  bodyTooLarge: {
    status: 413,
    title: "Payload too large",
    resolution: "Send less, or raise --body-max",
  },
  stateTooLarge: {
    status: 413,
    title: "Shared state is over its limit",
    resolution: "Clear what is no longer needed, or raise --shared-state-max",
  },
  templateTooLarge: {
    status: 413,
    title: "Template is over its limit",
    resolution: "Shorten the code, or raise --template-size-max",
  },
  documentTooLarge: {
    status: 413,
    title: "The document would be made of too much",
    resolution: "Choose a smaller directory, or raise --openapi-scripts-max or --openapi-bytes-max",
  },
  unsupportedMediaType: {
    status: 415,
    title: "Content-Type must be application/json",
    resolution: "Send the header Content-Type: application/json",
  },
  schemaUnreadable: {
    status: 422,
    title: "The schema file cannot be read",
    resolution: "Mend the place in details.reason; POST user-openapi/validate lists all of them",
  },
  sourceUnavailable: {
    status: 422,
    title: "Cannot fetch the source",
    resolution: "Check source_url and source_auth, and that the source answers 200",
  },
  secretMissing: {
    status: 422,
    title: "Nothing is stored behind [REDACTED]",
    resolution: "Send the secret itself; [REDACTED] only keeps a stored one",
  },
  sourceUnusable: {
    status: 422,
    title: "Cannot import the source",
    resolution: "Name an OpenAPI document of version 3 or 2.0 whose servers are public",
  },
  upgradeRequired: {
    status: 426,
    title: "WebSocket version 13 is required",
    resolution: "Send Sec-WebSocket-Version: 13",
  },
  clientGone: {
    status: 499,
    title: "The client went away",
    resolution: "Nothing; the answer could not be delivered",
  },
  importsFull: {
    status: 503,
    title: "Too many imports are running",
    resolution: "Retry after a moment, or raise --sdk-imports-max",
  },
  socketsFull: {
    status: 503,
    title: "Too many sockets are open",
    resolution: "Retry later, or raise --sockets-max",
  },
  logFollowersFull: {
    status: 503,
    title: "Too many streams of logs are open",
    resolution: "Retry later, or raise --log-followers-max",
  },
  logSearchesFull: {
    status: 503,
    title: "Too many searches are waiting",
    resolution: "Retry when they are done",
  },
  bodiesFull: {
    status: 503,
    title: "Too many request bodies are being received",
    resolution: "Retry after a moment, or raise --bodies-max",
  },
  queueFull: {
    status: 503,
    title: "Too many requests are waiting",
    resolution: "Retry later, or raise @concurrent of the script or --queue-max",
  },
  installsFull: {
    status: 503,
    title: "Too many packages are waiting to be installed",
    resolution: "Retry later, or raise --install-queue-max",
  },
  ...SCRIPT_FAILURES,
  templateUnreadable: {
    status: 500,
    title: "Cannot read the template",
    resolution: "Mend its file below _hoody/templates/, or delete it and create it anew",
  },
  internal: { status: 500, title: "Internal server error", resolution: "Report it with the request id" },
  shuttingDown: {
    status: 503,
    title: "The server is shutting down",
    resolution: "Retry after a moment",
  },
  logSearchTimeout: {
    status: 504,
    title: "The search took too long",
    resolution: "Name fewer files, choose a simpler expression, or raise --log-search-timeout",
  },
  templatesFull: {
    status: 507,
    title: "Too many custom templates",
    resolution: "Delete some, or raise --templates-max",
  },
  ...scheduleFailures,
  ...storageFailures,
} as const satisfies Record<string, Failure>;

/** Name of a row of {@link FAILURES}. */
export type FailureKind = keyof typeof FAILURES;

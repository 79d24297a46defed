import { duration, integer, size, yesNo } from "./grammars.ts";
import { setting } from "./setting.ts";

/** TABLE: settings of templates, imported SDKs and documents about scripts; part of `SETTINGS`. */
export const TOOL_SETTINGS = {
  templatesMax: setting(integer({ min: 0 }), {
    default: 1000,
    description: "Custom templates; one more is refused with 507",
  }),
  templateSizeMax: setting(size({ min: 1 }), {
    default: 256 * 1024,
    description: "Code of one custom template; beyond it 413",
  }),
  sdkImportAllowLocal: setting(yesNo, {
    default: false,
    description: "Let sdk/import fetch http, other ports and addresses that are not public: for development",
  }),
  sdkDocumentMax: setting(size({ min: 1 }), {
    default: 10 * 1024 ** 2,
    description: "Largest OpenAPI document that is imported; beyond it 422",
  }),
  sdkFetchTimeout: setting(duration({ unlimited: false, min: 1 }), {
    default: 30_000,
    description: "Longest time to fetch an OpenAPI document, redirects included; then 422",
  }),
  sdkOperationsMax: setting(integer({ min: 1 }), {
    default: 2000,
    description: "Operations of an OpenAPI document that is imported; beyond it 422",
  }),
  sdkImportsMax: setting(integer({ min: 1 }), {
    default: 4,
    description: "Imports that may run at once; beyond it 503",
  }),
  openapiScriptsMax: setting(integer({ min: 1 }), {
    default: 5000,
    description: "Scripts that one OpenAPI document of user scripts may be about; beyond it 413",
  }),
  openapiBytesMax: setting(size({ min: 1 }), {
    default: 32 * 1024 ** 2,
    description: "Bytes of scripts and schema files read for one such document; beyond it 413",
  }),
} as const;

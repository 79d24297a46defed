export {
  type Container,
  type ExecApi,
  HoodyClient,
  HoodyClient as default,
  type HoodyClientConfig,
} from "./client.ts";
export type * from "./generated/exec.ts";
export { type ClientConfig, ExecApiError } from "./request.ts";

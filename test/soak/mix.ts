import { HTTP_CLIENTS, LEAVERS } from "./http-clients.ts";
import { SOCKET_CLIENTS } from "./socket-clients.ts";
import type { SoakClient } from "./visit.ts";
import { WRITING_CLIENTS } from "./writing-clients.ts";

/** TABLE: the mix. A new kind of client is one more row in one of these. */
export const SOAK_CLIENTS: readonly SoakClient[] = [
  ...HTTP_CLIENTS,
  ...LEAVERS,
  ...SOCKET_CLIENTS,
  ...WRITING_CLIENTS,
];

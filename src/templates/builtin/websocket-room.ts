import type { Template } from "../template.ts";
import code from "./websocket-room.txt" with { type: "text" };

export const websocketRoom: Template = {
  name: "websocket-room",
  metadata: {
    category: "realtime",
    tags: ["websocket", "chat", "broadcast"],
    description: "Rooms over WebSockets with a short history; save it as rooms/[room].ts",
    params: [
      { name: "description", description: "What lists show of the script", default: "Rooms to talk in" },
      { name: "anonymous", description: "Name of who gives none", default: "somebody" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

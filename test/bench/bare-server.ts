/**
 * The floor that ratios are measured against: `Bun.serve` with nothing around it, not even a look at the URL.
 *
 * A process of its own; its first argument names the one answer it gives, and it prints its address.
 */
import type { BareAnswer } from "./servers.ts";

const HANDLERS: Readonly<
  Record<Exclude<BareAnswer, "socket">, (request: Request) => Response | Promise<Response>>
> = {
  hello: () => Response.json({ hello: "world" }),
  user: () => Response.json({ id: "42" }),
  echo: async (request) => Response.json(await request.json()),
  loop: () => {
    let sum = 0;
    for (let at = 0; at < 1000; at++) sum += at;
    return Response.json({ sum });
  },
};

const answer = Bun.argv[2] as BareAnswer;
const address = { port: 0, hostname: "127.0.0.1" };
const server =
  answer === "socket"
    ? Bun.serve({
        ...address,
        fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no socket")),
        websocket: { message: (socket, message) => void socket.send(message) },
      })
    : Bun.serve({ ...address, fetch: HANDLERS[answer] });
console.log(server.url.origin);

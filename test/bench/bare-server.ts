/**
 * The floor that ratios are measured against: `Bun.serve` with nothing around it, not even a look at the URL.
 *
 * A process of its own; its first argument names the one answer it gives, and it prints its address.
 */
import type { BareAnswer } from "./servers.ts";

const HANDLERS: Readonly<Record<BareAnswer, (request: Request) => Response | Promise<Response>>> = {
  hello: () => Response.json({ hello: "world" }),
  user: () => Response.json({ id: "42" }),
  echo: async (request) => Response.json(await request.json()),
  loop: () => {
    let sum = 0;
    for (let at = 0; at < 1000; at++) sum += at;
    return Response.json({ sum });
  },
};

const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: HANDLERS[Bun.argv[2] as BareAnswer] });
console.log(server.url.origin);

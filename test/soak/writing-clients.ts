import { rename, unlink } from "node:fs/promises";
import { LITTER_HOST } from "./files.ts";
import { requireClose } from "./socket-clients.ts";
import type { SoakClient, SoakVisit } from "./visit.ts";

const SCRIPTS = "scripts/default/1";

/** TABLE: clients that change scripts, and see that the change is served. */
export const WRITING_CLIENTS: readonly SoakClient[] = [
  {
    name: "overwrites through the API",
    count: 1,
    everyMs: 100,
    async turn(visit, n) {
      await visit.control("scripts/write", { path: "written.ts", content: `return "v${n}"` });
      await requireText(visit, "/written", `v${n}`);
    },
  },
  {
    name: "a script's life through the API",
    count: 1,
    everyMs: 200,
    async turn(visit, n) {
      const [from, to] = [`lives/a${n}`, `lives/b${n}`];
      await visit.control("scripts/write", { path: `${from}.ts`, content: `return "life ${n}"` });
      await requireText(visit, `/${from}`, `life ${n}`);
      await visit.control("scripts/move", { from: `${from}.ts`, to: `${to}.ts` });
      await visit.ask(`/${from}`, { status: 404, kind: "moved script" });
      await requireText(visit, `/${to}`, `life ${n}`);
      await visit.ask(`/api/v1/exec/scripts/delete?path=${to}.ts&confirm=true`, { method: "DELETE" });
      await visit.ask(`/${to}`, { status: 404, kind: "deleted script" });
    },
  },
  {
    name: "a helper module that changes on disk",
    count: 1,
    everyMs: 300,
    async turn(visit, n) {
      const helper = { [`${SCRIPTS}/_helper.ts`]: `export const from = (n: number) => n + ${n}` };
      await visit.server.storage.write(helper);
      await visit.askUntil("/uses-helper", (_, text) => text === String(n + 1));
    },
  },
  {
    name: "a script's life on disk",
    count: 1,
    everyMs: 400,
    async turn(visit, n) {
      const { storage } = visit.server;
      const [from, to] = [`on-disk/a${n}`, `on-disk/b${n}`];
      const fileOf = (name: string) => `${storage.path}/${SCRIPTS}/${name}.ts`;
      await storage.write({ [`${SCRIPTS}/${from}.ts`]: `return "life ${n}"` });
      await visit.askUntil(`/${from}`, (_, text) => text === `life ${n}`);
      await rename(fileOf(from), fileOf(to));
      await visit.askUntil(`/${to}`, (_, text) => text === `life ${n}`);
      await visit.askUntil(`/${from}`, (status) => status === 404);
      await unlink(fileOf(to));
      await visit.askUntil(`/${to}`, (status) => status === 404);
    },
  },
  {
    name: "a socket script's life",
    count: 1,
    everyMs: 300,
    async turn(visit, n) {
      const path = "changing.ts";
      const write = (version: string) =>
        visit.control("scripts/write", { path, content: socketScript(version) });
      await write(`first ${n}`);
      await using old = await visit.open("/changing");
      await visit.hear(old, `first ${n}`);
      await write(`second ${n}`);
      await using young = await visit.open("/changing");
      await visit.hear(young, `second ${n}`);
      await visit.ask(`/api/v1/exec/scripts/delete?path=${path}&confirm=true`, { method: "DELETE" });
      for (const socket of [old, young]) await requireClose(socket, "close 4404");
    },
  },
  {
    name: "a deployment that is littered and cleared",
    count: 1,
    everyMs: 300,
    async turn(visit) {
      const headers = { host: LITTER_HOST };
      for (const path of ["/intervals", "/worker", "/uses-helper", "/listens"])
        await visit.ask(path, { headers });
      await using socket = await visit.open("/sockets", { Host: LITTER_HOST });
      await visit.hear(socket, "welcome");
      await visit.control("cache/clear", { hostname: "default/3", clearState: true });
      await requireClose(socket, "close 1001");
    },
  },
];

async function requireText(visit: SoakVisit, path: string, wanted: string): Promise<void> {
  const text = await visit.ask(path);
  if (text !== wanted) throw new Error(`${path}: not "${wanted}" but "${text.slice(0, 80)}"`);
}

/** A socket script with a timer that ends with its run. */
function socketScript(version: string): string {
  return `// @mode worker
// @websocket
ws.open = (socket) => socket.send("${version}");
const timer = setInterval(() => {}, 20);
req.signal.addEventListener("abort", () => clearInterval(timer));`;
}

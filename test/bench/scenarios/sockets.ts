import { compare } from "../compare.ts";
import { formatCount, formatRatio, type Scenario, toRow } from "../scenario.ts";
import { startBareServer, startExecServer } from "../servers.ts";

const SOCKET = "// @mode worker\n// @websocket\n";

/** Messages per second through a script's handler, against a bare server that sends them back itself. */
export const socketScenarios: readonly Scenario[] = [
  {
    name: "sockets",
    title: "WebSocket echo of 57 bytes, 32 connections, sync handler",
    source: `${SOCKET}ws.message = (socket, data) => { socket.send(data); };`,
    ratioMin: 0.97,
  },
  {
    name: "sockets-async",
    title: "WebSocket echo, async handler",
    source: `${SOCKET}ws.message = async (socket, data) => { await null; socket.send(data); };`,
  },
].map(({ name, title, source, ratioMin }) => ({
  name,
  async run(effort) {
    await using base = await startBareServer("socket");
    await using subject = await startExecServer({ "default/1/socket.js": source });
    const load = { path: "/socket", isSocketEcho: true };
    const compared = await compare({ base, subject, load, effort });
    if (compared.failed > 0) throw new Error(`${compared.failed} handshakes were refused`);
    const detail = `${formatCount(compared.subjectRequestsPerSecond)} of ${formatCount(compared.baseRequestsPerSecond)} messages/s, CPU ${formatRatio(compared.cpuRatio)}`;
    const least = ratioMin === undefined ? {} : { atLeast: ratioMin };
    return [toRow({ title, value: compared.ratio, ...least, format: formatRatio, detail })];
  },
}));

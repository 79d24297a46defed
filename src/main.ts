import { ServerChild } from "./process/server-child.ts";

/** What the server has for its first answer, in milliseconds, before the parent takes time for itself. */
const FIRST_ANSWER_MS = 100;
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

// `bun --watch` starts this process anew when a source changes, so it is the parent, and the server runs in it.
if (process.execArgv.some((each) => each === "--watch" || each === "--hot")) {
  await import("./program.ts");
} else {
  const server = new ServerChild(null);
  const signals: NodeJS.Signals[] = [];
  const signalled = Promise.withResolvers<void>();
  const note = (signal: NodeJS.Signals) => {
    signals.push(signal);
    signalled.resolve();
  };
  for (const signal of SIGNALS) process.on(signal, note);
  // Asked at once: later, one of them may be gone already.
  const { Launchers } = await import("./process/launchers.ts");
  const launchers = Launchers.ofThisProcess();
  const answered = server.heard.then(() => Bun.sleep(FIRST_ANSWER_MS));
  await Promise.race([answered, server.ended, signalled.promise]);
  const { Parent } = await import("./parent.ts");
  new Parent(server, launchers).run(signals.splice(0));
  // Not before the parent listens: a signal that finds nobody ends the process as it stands.
  for (const signal of SIGNALS) process.off(signal, note);
}

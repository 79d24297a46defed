import { ScriptChanges } from "../../src/scripts/changes.ts";
import { ScriptWatcher } from "../../src/scripts/watcher.ts";

/** Watches the directory of the first argument and prints every change as a line of JSON, warnings as `{"warning"}`. */
const changes = new ScriptChanges();
const report = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
const warn = (_: unknown, warning?: string) => void report({ warning });
changes.subscribe(report);
new ScriptWatcher({
  root: process.argv[2] ?? ".",
  changes,
  log: { warn, info: () => {}, error: warn },
}).start();
report({ ready: true });
// The timers of the watcher do not keep a process alive.
await new Promise(() => setInterval(() => {}, 60_000));

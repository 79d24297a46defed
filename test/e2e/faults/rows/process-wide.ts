import { AT_LINE_1, type FaultRow } from "../row.ts";

const refused = (call: string) => new RegExp(`^Cannot call process\\.${call}`);
const inProcess = (name: string, script: string, call = "exit", line = 1): FaultRow => ({
  name,
  script,
  status: 500,
  log: { level: 50, line, message: refused(call) },
});

/** What would end, move or silence the process for all. */
export const PROCESS_WIDE: readonly FaultRow[] = [
  inProcess("a script calls process.exit", "process.exit(3)"),
  inProcess("a script calls process.exit after an await", "await null; process.exit(3)"),
  inProcess("a script calls exit of require('process')", 'require("process").exit(3)'),
  inProcess("a script calls exit of node:process", 'require("node:process").exit(3)'),
  inProcess("a script calls exit by a name of its own", "const { exit } = process; exit(3)"),
  inProcess("a worker script calls process.exit", "// @mode worker\nprocess.exit(3)", "exit", 2),
  inProcess("a script calls process.reallyExit", "process.reallyExit(3)", "reallyExit"),
  inProcess("a script calls process.abort", "process.abort()", "abort"),
  inProcess("a script kills the process", "process.kill(process.pid)", "kill"),
  inProcess("a script kills the process with SIGKILL", "process.kill(process.pid, 'SIGKILL')", "kill"),
  inProcess("a script kills whoever started the process", "process.kill(process.ppid)", "kill"),
  inProcess("a script kills the process's group", "process.kill(0)", "kill"),
  inProcess("a script kills everything", "process.kill(-1)", "kill"),
  inProcess("a script changes the working directory", 'process.chdir("/")', "chdir"),
  inProcess("a script changes the umask", "process.umask(0)", "umask"),
  inProcess(
    "a script closes the channel to whoever started the process",
    "process.disconnect()",
    "disconnect",
  ),
  inProcess("a script speaks to whoever started the process", "process.send({})", "send"),
  inProcess(
    "a script takes over what nobody catches",
    "process.setUncaughtExceptionCaptureCallback(() => {})",
    "setUncaughtExceptionCaptureCallback",
  ),
  {
    name: "a timer calls process.exit",
    script: "setTimeout(() => process.exit(3), 1); return 1",
    log: { ...AT_LINE_1, message: refused("exit") },
  },
  ...["process.exit(3)", "process.reallyExit(3)", "process.abort()"].map((call, at) => ({
    name: `a package calls ${call}`,
    script: `require("quits-${at}")()`,
    files: { [`../../node_modules/quits-${at}/index.js`]: `module.exports = () => ${call}` },
    status: 500,
    log: { ...AT_LINE_1, message: /^Cannot call process\./ },
  })),
  {
    name: "a package calls process.exit later",
    script: 'return require("quits-later")()',
    files: {
      "../../node_modules/quits-later/index.js":
        "module.exports = () => { setTimeout(() => process.exit(3), 1); return 1 }",
    },
    log: { level: 50, script: null, message: /^Cannot call process\.exit/ },
  },
  {
    name: "a package calls process.exit while it is loaded",
    script: 'require("quits-at-once")',
    files: { "../../node_modules/quits-at-once/index.js": "process.exit(3)" },
    status: 500,
    log: { ...AT_LINE_1, message: /^Cannot call process\.exit/ },
  },
  {
    name: "a helper calls process.exit while it is loaded",
    script: 'require("./_exits.ts")',
    files: { "_exits.ts": "\nprocess.exit(3)" },
    status: 500,
    log: { level: 50, script: "default/1/_exits.ts", line: 2 },
  },
  { name: "a script signals a child of its own", script: inChild("process.kill(child.pid)"), text: "143" },
  {
    name: "a script asks whether the process is there",
    script: "return process.kill(process.pid, 0)",
    text: "true",
  },
  {
    name: "a script sets process.exitCode",
    script: "process.exitCode = 9; return process.exitCode",
    text: "9",
  },
  {
    name: "a script changes its environment",
    script: "process.env.HOME = 'left'; delete process.env.PATH; return process.env.HOME",
    text: "left",
  },
  {
    name: "a script removes listeners of the process",
    script: `process.removeAllListeners();
process.removeAllListeners("uncaughtException"); process.removeAllListeners("SIGTERM"); return 1`,
  },
  {
    name: "a script listens to the process's signals and end",
    script: `process.on("SIGTERM", () => { for (;;); }); process.on("exit", () => { for (;;); });
process.on("uncaughtException", () => { for (;;); }); return 1`,
  },
  {
    name: "a worker script listens to the process's signals and end",
    script: `// @mode worker
process.on("SIGTERM", () => { for (;;); }); process.on("exit", () => { for (;;); }); return 1`,
  },
  {
    name: "a script replaces its console",
    script: "console.log = null; console = { log() { return 7 } }; return console.log()",
    text: "7",
  },
  {
    name: "a script replaces fetch",
    script: 'globalThis.fetch = () => "mine"; return fetch()',
    text: "mine",
  },
  ...["end()", "destroy()", "destroy(new Error('x'))", "removeAllListeners()", "write = null"].flatMap(
    (act) =>
      ["stdout", "stderr"].map((name) => ({
        name: `a script does ${name}.${act}`,
        script: `process.${name}.${act}; return 1`,
      })),
  ),
  { name: "a script destroys stdin", script: "process.stdin.destroy(); return 1" },
  {
    name: "a script emits an error on stdout",
    script: 'process.stdout.emit("error", new Error("x")); return 1',
  },
  {
    name: "a script writes to stdout: the log has it as a line of the script",
    script: 'process.stdout.write("written\\n"); return 1',
    log: { level: 30, msg: "written" },
  },
  {
    name: "a script writes to stderr",
    script: 'process.stderr.write("complaint\\n"); return 1',
    log: { level: 50, msg: "complaint" },
  },
  {
    name: "a script pipes to stdout",
    script:
      'await require("stream/promises").pipeline(require("stream").Readable.from(["piped"]), process.stdout); return 1',
    log: { level: 30, msg: "piped" },
  },
  ...[
    "fs.closeSync(1)",
    'require("node:fs").closeSync(2)',
    "fs.close(0)",
    "await fs.promises.open; fs.closeSync(0)",
  ].map((call) => ({
    name: `a script does ${call}`,
    script: call,
    status: 500,
    log: { ...AT_LINE_1, message: /^Cannot close the descriptor \d: it belongs to the server/ },
  })),
  {
    name: "a script closes every descriptor it can: only files go",
    script: `let closed = 0;
for (let fd = 0; fd < 64; fd++) {
  try { if (fs.fstatSync(fd).isSocket()) { fs.closeSync(fd); closed++ } } catch {}
}
return closed`,
    text: "0",
  },
  {
    name: "a script closes a file it opened",
    script: "const fd = fs.openSync(__filename); fs.closeSync(fd); return 1",
  },
];

function inChild(act: string): string {
  return `const child = Bun.spawn(["sleep", "60"]); ${act}; return await child.exited`;
}

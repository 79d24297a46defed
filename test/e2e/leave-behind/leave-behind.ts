import { type TestApp, testApp } from "../../support/app.ts";
import type { LeaveBehindRow } from "./row.ts";

/** What each request of one trick's story was answered. */
export interface LeaveBehindStory {
  /** `look` before anything happened. */
  readonly clean: string;
  /** `leave`, twice. */
  readonly leaving: readonly string[];
  /** `leave` and `look` in one request. */
  readonly inOneRequest: string;
  /** The same in a context of its own, whatever the compiler thinks of the script. */
  readonly inFreshContext: string;
  /** `look` afterwards, by who looked. */
  readonly afterwards: Readonly<Record<string, string>>;
}

/** Plays one trick through the public door, in this process. */
export async function playTrick(row: LeaveBehindRow): Promise<LeaveBehindStory> {
  const look = `return { seen: ${row.look} };`;
  const both = `if (metadata.query.act !== "look") {\n${row.leave}\n}\nif (metadata.query.act !== "leave") ${look}`;
  const helpers = Object.entries(row.files ?? {}).map(([file, text]) => [`default/1/${file}`, text]);
  await using app = await testApp({
    env: { KEPT: "yes" },
    files: {
      ...Object.fromEntries(helpers),
      "default/1/leave.js": row.leave,
      "default/1/look.js": look,
      "default/1/look-in-fresh-context.js": IN_FRESH_CONTEXT + look,
      "default/1/both.js": both,
      "default/1/both-in-fresh-context.js": IN_FRESH_CONTEXT + both,
      "default/2/look.js": look,
      "default/2/look-in-fresh-context.js": IN_FRESH_CONTEXT + look,
    },
  });
  const first = "localhost";
  const second = "p1-c1-exec-2.node.localhost";
  const clean = await ask(app, first, "/look");
  const leaving = [await ask(app, first, "/leave"), await ask(app, first, "/leave")];
  await ask(app, first, "/both?act=leave");
  await ask(app, first, "/both-in-fresh-context?act=leave");
  const inOneRequest = await ask(app, first, "/both");
  const inFreshContext = await ask(app, first, "/both-in-fresh-context");
  // What acts later must have had its chance; there is no event to wait for, because nothing may happen.
  await Bun.sleep(LATER_MS);
  return {
    clean,
    leaving,
    inOneRequest,
    inFreshContext,
    afterwards: {
      "the same script": await ask(app, first, "/both?act=look"),
      "the same script in a fresh context": await ask(app, first, "/both-in-fresh-context?act=look"),
      "another script": await ask(app, first, "/look"),
      "another script in a fresh context": await ask(app, first, "/look-in-fresh-context"),
      "another deployment": await ask(app, second, "/look"),
      "another deployment in a fresh context": await ask(app, second, "/look-in-fresh-context"),
    },
  };
}

/** The compiler gives every script that uses `Function` a context of its own. */
const IN_FRESH_CONTEXT = "void Function;";

const LATER_MS = 4;

async function ask(app: TestApp, host: string, path: string): Promise<string> {
  const response = await app.fetch(path, { headers: { host, accept: "application/json" } });
  return `${response.status} ${await response.text()}`;
}

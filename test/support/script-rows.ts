import { afterAll, beforeAll, expect, test } from "bun:test";
import { readAnswer, type ScriptApp, scriptApp } from "./script-app.ts";

/** One script, one request, and what its caller sees. */
export interface ScriptRow {
  readonly script: string;
  /** Ending of the script's file; a row is run with both when left out. */
  readonly ending?: "js" | "ts";
  /** Appended to the script's URL: `?a=1`, `/more`. */
  readonly at?: string;
  readonly init?: RequestInit;
  /** 200 when left out. */
  readonly status?: number;
  /** Exact Content-Type. */
  readonly type?: string;
  /** The exact text of the answer, or a pattern it has to match. */
  readonly text?: string | RegExp;
  /** The answer read as JSON. */
  readonly json?: unknown;
  /** Exact values of headers; null for one that must not be there. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** A script of one expression, or of several: it answers their values as JSON. */
export const gives = (expression: string, json: unknown, more: Partial<ScriptRow> = {}): ScriptRow => ({
  script: `return [${expression}];`,
  ending: "ts",
  json: [json],
  ...more,
});

/**
 * A row is a test. All rows of a table share one app, because most of a row's time would go into starting one.
 *
 * @param rows By name: a sentence about behaviour.
 * @param files Further files below the scripts root.
 */
export function scriptRows(
  rows: Readonly<Record<string, ScriptRow>>,
  files: Readonly<Record<string, string>> = {},
): void {
  const cases = Object.entries(rows).flatMap(([name, row], at) =>
    (row.ending === undefined ? (["js", "ts"] as const) : [row.ending]).map((ending) => ({
      name: row.ending === undefined ? `${name} (.${ending})` : name,
      url: `/row-${at}-${ending}`,
      file: `default/1/row-${at}-${ending}.${ending}`,
      row,
    })),
  );
  let app: ScriptApp;
  beforeAll(async () => {
    const scripts = Object.fromEntries(cases.map(({ file, row }) => [file, row.script]));
    app = await scriptApp({ ...scripts, ...files });
  });
  afterAll(() => app[Symbol.asyncDispose]());
  for (const { name, url, row } of cases) {
    test(name, async () => {
      // The first request loads the script, the second one takes the short way of a loaded one.
      for (const _ of ["cold", "warm"]) {
        const response = await app.fetch(url + (row.at ?? ""), row.init);
        await expectAnswer(response, row);
      }
    });
  }
}

/** Holds an answer against a row. */
export async function expectAnswer(
  response: Response,
  row: Pick<ScriptRow, "status" | "type" | "text" | "json" | "headers">,
): Promise<void> {
  const answer = await readAnswer(response);
  const { status = 200, text } = row;
  // The text goes along, because it says why a script failed.
  const seen = { status: answer.status, text: answer.status === status ? "" : answer.text };
  expect(seen).toEqual({ status, text: "" });
  if (typeof text === "string") expect(answer.text).toBe(text);
  else if (text !== undefined) expect(answer.text).toMatch(text);
  if ("json" in row) expect(answer.json).toEqual(row.json);
  if (row.type !== undefined) expect(answer.type).toBe(row.type);
  for (const [name, value] of Object.entries(row.headers ?? {})) {
    expect([name, answer.headers.get(name)]).toEqual([name, value]);
  }
}

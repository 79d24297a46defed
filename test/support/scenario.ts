import { expect, test } from "bun:test";
import { testApp } from "./app.ts";

/** One call and what a user can see of it. */
export interface Scenario {
  /** Files below the scripts root before the call. */
  readonly files?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Method, path, and the JSON body if there is one. */
  readonly request: readonly [method: string, path: string, body?: unknown];
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** What the answer must hold; further keys are allowed. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Texts that must not stand anywhere in the answer. */
  readonly never?: readonly string[];
  /** All files below the scripts root afterwards, sorted. */
  readonly filesAfter?: readonly string[];
}

/** A row is a test: arranges files, sends one call through the public door, looks at the answer and at the disk. */
export function scenario(name: string, row: Scenario): void {
  test(name, async () => {
    await using app = await testApp({ files: row.files ?? {}, flags: row.flags ?? [] });
    const [method, path, body] = row.request;
    const answer = await app.call(method, path, body, { ...row.headers });
    expect(answer.body).toMatchObject(row.body ?? {});
    expect(answer.status).toBe(row.status);
    for (const text of row.never ?? []) expect(JSON.stringify(answer.body)).not.toContain(text);
    if (row.filesAfter !== undefined) expect(await app.scripts.list()).toEqual([...row.filesAfter]);
  });
}

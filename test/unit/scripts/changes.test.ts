import { expect, test } from "bun:test";
import { type ScriptChange, ScriptChanges } from "../../../src/scripts/changes.ts";

const RESET: ScriptChange = { kind: "reset" };

test("every listener has acted when emit returns, in the order of their subscription", () => {
  const changes = new ScriptChanges();
  const calls: string[] = [];
  changes.subscribe(() => calls.push("first"));
  changes.subscribe(() => calls.push("second"));
  changes.emit(RESET);
  expect(calls).toEqual(["first", "second"]);
});

test("a listener that fails does not keep the others from the change", () => {
  const changes = new ScriptChanges();
  const failure = new Error("broken listener");
  const seen: ScriptChange[] = [];
  changes.subscribe(() => {
    throw failure;
  });
  changes.subscribe((change) => seen.push(change));
  expect(() => changes.emit(RESET)).toThrow(AggregateError);
  expect(seen).toEqual([RESET]);
});

test("an ended subscription hears nothing more, its twin still does", () => {
  const changes = new ScriptChanges();
  let count = 0;
  const listener = () => void count++;
  const end = changes.subscribe(listener);
  changes.subscribe(listener);
  end();
  end();
  changes.emit(RESET);
  expect(count).toBe(1);
});

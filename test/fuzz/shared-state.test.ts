import { expect, test } from "bun:test";
import fc from "fast-check";
import { SharedState } from "../../src/state/shared-state.ts";

const KEY = "default/1";
const segment = fc.stringMatching(/^[a-z0-9]{1,3}$/);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("."));

test("what was set at a path is what get reads there", () => {
  fc.assert(
    fc.property(path, fc.jsonValue(), (at, value) => {
      const state = new SharedState({ bytesMax: 1_000_000 });
      state.set(KEY, { path: at, value, merge: false });
      const asSent = (each: unknown) => JSON.parse(JSON.stringify(each));
      // A number may be -0 in memory, which JSON writes as 0.
      expect(asSent(state.get(KEY, at))).toMatchObject({ kind: "found", state: asSent(value) });
    }),
  );
});

test("a refused change leaves the state as it was", () => {
  const change = fc.record({ path, value: fc.jsonValue({ maxDepth: 2 }), merge: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      const state = new SharedState({ bytesMax: 120 });
      for (const each of changes) {
        const before = JSON.stringify(state.get(KEY, null));
        try {
          state.set(KEY, each);
        } catch {
          // Past the bound or through a value that holds no members: both are expected here.
          expect(JSON.stringify(state.get(KEY, null))).toBe(before);
        }
      }
      const after = state.get(KEY, null);
      if (after.kind === "found") expect(after.sizeBytes).toBeLessThanOrEqual(120);
    }),
  );
});

test("no value changes the prototype of objects", () => {
  const before = JSON.stringify(Reflect.ownKeys(Object.prototype).map(String));
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const state = new SharedState({ bytesMax: 1_000_000 });
      for (const merge of [true, false]) {
        try {
          state.set(KEY, { path: null, value, merge });
        } catch {
          // Not an object at the root.
        }
      }
      expect(JSON.stringify(Reflect.ownKeys(Object.prototype).map(String))).toBe(before);
    }),
  );
});

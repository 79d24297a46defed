import { describe, expect, test } from "bun:test";
import { ScriptListeners } from "../../../src/engine/listeners.ts";

function listening(openMax: number) {
  let refused = 0;
  const listeners = new ScriptListeners({ openMax, onRefused: () => refused++ });
  const stopped: [number, boolean | undefined][] = [];
  let made = 0;
  const listen = listeners.owned((name: number) => {
    made++;
    return { name, stop: (closes?: boolean) => void stopped.push([name, closes]) };
  });
  return { listeners, listen, stopped, made: () => made, refused: () => refused };
}

describe("ScriptListeners", () => {
  test("refuses one too many before it is opened, and counts it", () => {
    const { listeners, listen, made, refused } = listening(1);
    listen(1);
    expect(() => listen(2)).toThrow("Cannot listen: 1 listeners are open, the limit of --listeners-max");
    expect([listeners.open, refused(), made()]).toEqual([1, 1, 1]);
  });

  test("one that its script stops makes room", () => {
    const { listeners, listen, stopped } = listening(1);
    listen(1).stop(false);
    expect([listeners.open, stopped]).toEqual([0, [[1, false]]]);
    listen(2);
  });

  test("all of them end with the deployment, and their connections", () => {
    const { listeners, listen, stopped } = listening(3);
    listen(1);
    listen(2);
    listeners[Symbol.dispose]();
    expect(stopped).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(listeners.open).toBe(0);
  });
});

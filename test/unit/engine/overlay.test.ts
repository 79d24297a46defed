import { describe, expect, test } from "bun:test";
import { overlay } from "../../../src/engine/overlay.ts";

interface Sample {
  name: string;
  nested: { deep: { value: number } };
  read(): string;
  extra?: unknown;
}

const sample = (): Sample => ({ name: "kept", nested: { deep: { value: 1 } }, read: () => "kept" });

describe("a view of a host object", () => {
  test("shows the object's members", () => {
    const view = overlay(sample());
    expect([view.name, view.nested.deep.value, view.read()]).toEqual(["kept", 1, "kept"]);
    expect(Object.keys(view)).toEqual(["name", "nested", "read"]);
    expect({ ...view }.name).toBe("kept");
    expect("name" in view && !("missing" in view)).toBe(true);
  });

  test.each<[string, (view: Sample) => void]>([
    ["an assignment", (view) => Object.assign(view, { name: "left", extra: 1 })],
    ["an assignment to a plain object inside", (view) => Object.assign(view.nested.deep, { value: 2 })],
    ["a definition", (view) => Object.defineProperty(view, "name", { value: "left" })],
    ["a deletion", (view) => Reflect.deleteProperty(view, "name")],
    ["another prototype", (view) => Reflect.setPrototypeOf(view, { left: 1 })],
    ["freezing", (view) => Reflect.preventExtensions(view)],
    [
      "the descriptor of a member",
      (view) => {
        const { value } = Object.getOwnPropertyDescriptor(view, "nested") as { value: Sample["nested"] };
        value.deep.value = 2;
      },
    ],
  ])("keeps %s from the object", (_name, change) => {
    const target = sample();
    change(overlay(target));
    const { read, ...rest } = target;
    const { read: _, ...untouched } = sample();
    expect(rest).toEqual(untouched);
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
    expect(Object.isExtensible(target)).toBe(true);
  });

  test("shows its own changes", () => {
    const view = overlay(sample());
    view.name = "mine";
    view.nested.deep.value = 2;
    Reflect.deleteProperty(view, "read");
    expect([view.name, view.nested.deep.value, "read" in view, Object.keys(view)]).toEqual([
      "mine",
      2,
      false,
      ["name", "nested"],
    ]);
  });

  test("ignores every change when several requests share it", () => {
    const view = overlay(sample(), { sealed: true });
    view.name = "left";
    view.nested.deep.value = 2;
    Reflect.deleteProperty(view, "read");
    Reflect.defineProperty(view, "extra", { value: 1 });
    expect([view.name, view.nested.deep.value, "read" in view, view.extra]).toEqual([
      "kept",
      1,
      true,
      undefined,
    ]);
  });

  test("leads to the object by no accessor of it", () => {
    const inner = { value: 1 };
    const target = {
      get inner() {
        return inner;
      },
    };
    const descriptor = Object.getOwnPropertyDescriptor(overlay(target), "inner");
    expect(descriptor?.get).toBeUndefined();
    (descriptor?.value as typeof inner).value = 2;
    expect(inner.value).toBe(1);
  });

  test("shows an override and keeps the rest", () => {
    const view = overlay(sample(), { overrides: { name: "other" } });
    expect([view.name, view.read()]).toEqual(["other", "kept"]);
  });

  test("closes a function before it is handed out", () => {
    const target = { act: Object.assign(() => "kept", { inner: () => "kept" }) };
    const { act } = overlay(target);
    expect(Object.isFrozen(act)).toBe(true);
    expect(act()).toBe("kept");
  });

  test("an object that inherits from it keeps what is set on itself", () => {
    const view = overlay(sample());
    const child = Object.create(view) as Sample;
    child.name = "child";
    expect([child.name, view.name]).toEqual(["child", "kept"]);
  });
});

describe("a view of a class", () => {
  class Counter {
    count = 0;
    static made = 0;
    add(): number {
      return ++this.count;
    }
  }

  test("makes instances that keep their own state", () => {
    const View = overlay(Counter);
    class Twice extends View {
      override add(): number {
        super.add();
        return super.add();
      }
    }
    const [one, other] = [new Twice(), new View()];
    one.add();
    expect([one.count, other.count, one instanceof Counter, other instanceof View]).toEqual([
      2,
      0,
      true,
      true,
    ]);
  });

  test("lets nobody change what instances inherit, but override it", () => {
    const View = overlay(Counter);
    expect(() => Object.assign(View.prototype, { left: 1 })).toThrow();
    Reflect.set(View.prototype, "add", () => 9);
    expect(new Counter().add()).toBe(1);
    const own = new View();
    own.add = () => 7;
    expect(own.add()).toBe(7);
  });

  test("keeps static members to itself", () => {
    const View = overlay(Counter);
    View.made = 5;
    expect([View.made, Counter.made]).toEqual([5, 0]);
  });
});

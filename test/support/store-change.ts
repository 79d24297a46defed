import type { ScriptStore } from "../../src/scripts/store.ts";

/** Something that a store may be asked to do to its files. */
export type StoreChange =
  | { readonly kind: "write"; readonly file: string; readonly content: string }
  | { readonly kind: "edit"; readonly file: string; readonly content: string }
  | { readonly kind: "delete"; readonly file: string }
  | { readonly kind: "move"; readonly from: string; readonly to: string; readonly overwrite: boolean };

/** Asks a store for a change; rejects as the store does. */
export function carryOut(store: ScriptStore, change: StoreChange): Promise<unknown> {
  switch (change.kind) {
    case "write":
      return store.write(change.file, change.content, { createDirs: true });
    case "edit":
      return store.edit(change.file, () => ({ source: change.content }));
    case "delete":
      return store.delete(change.file);
    case "move":
      return store.move(change.from, change.to, { overwrite: change.overwrite });
    default:
      return change satisfies never;
  }
}

import type { EventBus } from "../../events/bus.ts";
import { toDeployment } from "../../scripts/deployment.ts";
import type { NoteChange } from "../../sdk/sdk-store.ts";

/** Emits what becomes of the scripts of an SDK, as if each were written or deleted by a call of its own. */
export function announcing(
  events: EventBus,
  { sdk, requestId }: { readonly sdk: string; readonly requestId: string },
): NoteChange {
  const source = "api";
  const scope = toDeployment("default", sdk).key;
  return (change) => {
    const { kind, file: path } = change;
    if (kind === "deleted") return events.emit("script.deleted", { path, scope, source }, requestId);
    const { created, size } = change;
    events.emit("script.written", { path, scope, created, size, validated: false, source }, requestId);
  };
}

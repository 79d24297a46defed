import { event, integer, listOf, objectOf, oneOf, optional, type Payload, text, yesNo } from "./event.ts";

/** Who noticed a change of a script. */
const source = oneOf("api", "disk", "cluster");

/** File relative to the scripts directory. */
const path = text("Relative to the scripts directory");

/** Deployment of a file. */
const scope = text("Deployment, subdomain/execId");

/**
 * TABLE: every event this server emits (operations.md §10.1). Typed emitters and the README follow.
 *
 * Payloads hold no bodies, headers, tokens or environment values. Without Zod, since the request path loads this.
 */
export const EVENTS = {
  "script.written": event({
    channel: "scripts",
    description: "A file was written through the control API",
    fields: {
      path,
      scope,
      created: yesNo("Whether it is new"),
      size: integer("Bytes"),
      validated: yesNo("Whether it was checked before"),
      source,
    },
    example: {
      path: "default/1/hello.ts",
      scope: "default/1",
      created: true,
      size: 27,
      validated: true,
      source: "api",
    },
  }),
  "script.deleted": event({
    channel: "scripts",
    description: "A file was deleted through the control API",
    fields: { path, scope, source },
    example: { path: "default/1/hello.ts", scope: "default/1", source: "api" },
  }),
  "script.moved": event({
    channel: "scripts",
    description: "A file was given another name through the control API",
    fields: { from: path, to: path, scope },
    example: { from: "default/1/a.ts", to: "default/1/b.ts", scope: "default/1" },
  }),
  "system.packages_installed": event({
    channel: "system",
    description: "An install of packages for scripts came to its end",
    fields: {
      packages: listOf(text(), "What was asked for; all that package.json lists when nothing was named"),
      ok: yesNo("Whether all of it is there"),
      failures: optional(
        listOf(objectOf({ package: text(), reason: text() }), "What could not be installed, and why"),
      ),
    },
    example: {
      packages: ["dayjs", "left-padd"],
      ok: false,
      failures: [{ package: "left-padd", reason: "the registry has no such package" }],
    },
  }),
} as const;

/** Name of a row of {@link EVENTS}. */
export type EventType = keyof typeof EVENTS;

/** What an event of a type says. */
export type PayloadOf<Type extends EventType> = Payload<(typeof EVENTS)[Type]["fields"]>;

/** TABLE: what a token of the control API can be allowed (operations.md §2.3, running.md §4). */
export const SCOPES = [
  "scripts:read",
  "scripts:write",
  "system:read",
  "system:write",
  "health:read",
  "metrics:read",
  "events:read",
  "jobs:read",
  "jobs:write",
  "admin",
] as const;

/** One thing a token can be allowed. */
export type Scope = (typeof SCOPES)[number];

/** Name of a row of {@link ROLES}. */
export type Role = "read" | "write" | "admin";

/** TABLE: names for the usual sets of scopes. `admin` is the only role that holds the scope of that name. */
export const ROLES: Readonly<Record<Role, readonly Scope[]>> = {
  read: SCOPES.filter((scope) => scope.endsWith(":read")),
  write: SCOPES.filter((scope) => scope !== "admin"),
  admin: SCOPES,
};

/** Whether a word is a scope. */
export function isScope(word: string): word is Scope {
  return (SCOPES as readonly string[]).includes(word);
}

/** Whether a word is a role. */
export function isRole(word: string): word is Role {
  return Object.hasOwn(ROLES, word);
}

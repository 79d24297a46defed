import { ROLES, type Role } from "../config/scopes.ts";
import { type Access, ROUTES } from "./routes.ts";

/** The routes as the table of the README, by what they ask for. */
export function accessAsMarkdown(): string {
  const byAccess = Map.groupBy(Object.entries(ROUTES), ([, access]): Access => access);
  const rows = [...byAccess].map(([access, routes]) => {
    const names = routes.map(([route]) => `\`${route.replace("/api/v1/exec/", "")}\``);
    return `| ${access === "public" ? "nothing" : `\`${access}\``} | ${holdersOf(access)} | ${names.join(", ")} |`;
  });
  return ["| Needs | Roles | Operations |", "| --- | --- | --- |", ...rows].join("\n");
}

function holdersOf(access: Access): string {
  if (access === "public") return "–";
  const roles = (Object.keys(ROLES) as Role[]).filter((role) => ROLES[role].includes(access));
  return roles.map((role) => `\`${role}\``).join(", ");
}

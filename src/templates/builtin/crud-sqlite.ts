import type { Template } from "../template.ts";
import code from "./crud-sqlite.txt" with { type: "text" };

export const crudSqlite: Template = {
  name: "crud-sqlite",
  metadata: {
    category: "data",
    tags: ["crud", "sqlite", "database"],
    description: "Create, read, update and delete rows of a SQLite database; save it as notes/[[...id]].ts",
    params: [
      { name: "description", description: "What lists show of the script", default: "Notes in SQLite" },
      { name: "database", description: "Name of the database file beside the script", default: "notes" },
    ],
    version: "1.0.0",
    author: "hoody-exec",
  },
  code,
  builtin: true,
};

/** `bun run docs`: fills the generated tables of README.md; `--check` only compares. */
import { writeOrCheck } from "./generated-file.ts";
import { fillTables } from "./readme-tables.ts";

const readme = await Bun.file(new URL("../README.md", import.meta.url)).text();
await writeOrCheck("bun run docs", [{ path: "README.md", content: fillTables(readme) }]);

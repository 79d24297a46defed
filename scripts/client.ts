/** `bun run client`: writes src/client/generated from openapi/openapi.json; `--check` only compares. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { generate } from "orval";
import { OPERATIONS } from "../src/api/operations.ts";
import { writeOrCheck } from "./generated-file.ts";

const directory = await mkdtemp(join(tmpdir(), "client-"));
try {
  const target = join(directory, "exec.ts");
  await generate(
    {
      // Scripts are called by hand-written code: their path has slashes, and their method is anybody's choice.
      input: {
        target: resolve("openapi/openapi.json"),
        filters: { mode: "exclude", tags: ["execution"] },
      },
      output: {
        target,
        client: "fetch",
        mode: "single",
        override: {
          fetch: { includeHttpResponseReturnType: false },
          mutator: { path: resolve("src/client/request.ts"), name: "request" },
        },
      },
    },
    undefined,
    { projectName: "exec" } as never,
  );
  const code = await readFile(target, "utf8");
  await writeOrCheck("bun run client", [
    {
      path: "src/client/generated/exec.ts",
      content: code.replace(/from '[^']*request(\.ts)?'/, "from '../request.ts'"),
    },
    { path: "src/client/generated/groups.ts", content: groupsOf(OPERATIONS.map(({ id }) => id)) },
  ]);
} finally {
  await rm(directory, { recursive: true });
}

/** The generated functions by the group and name that the documents give them: `scripts.write` → `scriptsWrite`. */
function groupsOf(ids: readonly string[]): string {
  const groups = Map.groupBy(ids, (id) => id.split(".", 1)[0] as string);
  const rows = [...groups].map(([group, members]) => {
    const methods = members.map((id) => `    ${id.slice(group.length + 1)}: exec.${functionOf(id)},\n`);
    return `  ${group}: {\n${methods.join("")}  },\n`;
  });
  return `// Written by \`bun run client\`.\nimport * as exec from "./exec.ts";\n\nexport const GROUPS = {\n${rows.join("")}} as const;\n`;
}

function functionOf(id: string): string {
  return id.replace(/\.(.)/g, (_, letter: string) => letter.toUpperCase());
}

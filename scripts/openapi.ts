/** `bun run openapi`: writes openapi/openapi.json and .yaml from the operations; `--check` only compares. */
import packageJson from "../package.json" with { type: "json" };
import { createDocument } from "../src/api/document.ts";
import { OPERATIONS } from "../src/api/operations.ts";
import { toYaml } from "../src/base/yaml.ts";
import { writeOrCheck } from "./generated-file.ts";

const document = createDocument(OPERATIONS, packageJson.version);

await writeOrCheck("bun run openapi", [
  { path: "openapi/openapi.json", content: `${JSON.stringify(document, null, 2)}\n` },
  { path: "openapi/openapi.yaml", content: toYaml(document) },
]);

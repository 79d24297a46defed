import { expect, test } from "bun:test";
import fc from "fast-check";
import { OPERATIONS } from "../../src/api/operations.ts";
import { toWireCode } from "../../src/errors/failure.ts";

import { testApp } from "../support/app.ts";

/** Field names of the whole API, so that odd values reach real fields. */
const FIELDS = [
  "path",
  "content",
  "from",
  "to",
  "hostname",
  "execId",
  "exec_id",
  "subdomain",
  "value",
  "merge",
  "code",
  "typeDefinition",
  "comments",
  "directory",
  "baseDir",
  "maxDepth",
  "paths",
  "clearAll",
  "confirm",
  "dir",
  "filter",
  "tags",
  "recursive",
  "name",
  "variables",
  "outputPath",
  "saveFile",
  "metadata",
  "source_url",
  "source_auth",
  "middleware",
  "magic_comments",
  "force",
];

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    ".",
    "..",
    "../x",
    "/etc/passwd",
    "a\0b",
    "a\\b",
    "%2e%2e/x",
    "__proto__",
    "node_modules/x",
    "[",
    "*".repeat(40),
  ),
);
const oddValue = fc.oneof({ weight: 2, arbitrary: oddText }, fc.jsonValue({ maxDepth: 3 }));
const oddFields = fc.dictionary(fc.constantFrom(...FIELDS), oddValue, { maxKeys: 5 });
const oddQuery = fc.dictionary(fc.constantFrom(...FIELDS), oddText, { maxKeys: 4 });

test("no odd input makes an operation answer 5xx or leave the envelope", async () => {
  const parent = { lastReplacement: null, isSuccessor: false, owner: Promise.resolve(), restart() {} };
  await using app = await testApp({ files: { "default/1/a.ts": "return 1;\n" }, restarts: parent });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...OPERATIONS), oddQuery, oddFields, async (operation, query, body) => {
      const search = new URLSearchParams(query).toString();
      const response = await app.fetch(`${operation.path}?${search}`, {
        method: operation.method.toUpperCase(),
        ...(operation.method === "get"
          ? {}
          : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      expect(response.status).toBeLessThan(500);
      if (response.status < 400) return;
      const envelope = (await response.json()) as Record<string, unknown>;
      expect(envelope).toMatchObject({ error: expect.any(String), code: toWireCode(response.status) });
      expect(JSON.stringify(envelope)).not.toContain(app.scripts.path);
    }),
    { numRuns: 2000 },
  );
}, 60_000);

import { expect, test } from "bun:test";
import { judgeBy } from "./document/answers.ts";
import { readDocument } from "./document/calls.ts";
import { fuzzDocument } from "./document/run.ts";

test("no call that the document allows or forbids is answered otherwise than it says", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const { faults } = await fuzzDocument({ requests: 1_500, seed });
  expect({ seed, faults }).toEqual({ seed, faults: [] });
}, 120_000);

/** A document of one operation, which answers `{ ok: boolean }`. */
const SMALL = {
  paths: {
    "/a": {
      get: {
        operationId: "a.get",
        responses: {
          200: {
            content: {
              "application/json": {
                schema: { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] },
              },
            },
          },
        },
      },
    },
  },
};

test.each([
  ["is promised", 200, '{"ok":true}', null],
  ["lacks a key", 200, "{}", "must have required property 'ok'"],
  ["has another type", 200, '{"ok":1}', "ok must be boolean"],
  ["has a status that is not documented", 404, "{}", "undocumented status 404"],
  ["is a failure of ours", 500, "{}", "answered 500"],
])("an answer that %s is seen", (_what, status, text, fault) => {
  const [operation] = readDocument(SMALL).operations;
  const found = judgeBy(SMALL)(operation as never, { status, mediaType: "application/json", text });
  if (fault === null) expect(found).toBeNull();
  else expect(found).toContain(fault);
});

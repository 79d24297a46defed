import { expect, test } from "bun:test";
import { maskSecrets } from "../../../src/directives/mask-secrets.ts";

test("every secret of the header is hidden, mistyped and overruled ones too, and lines keep their numbers", () => {
  const source = "// @token aa note\n//@token bb\n// @ai-key cc\n// @ai-key dd\n// @label aa\nconst a = 1;\n";
  expect(maskSecrets(source)).toBe(
    "// @token [REDACTED]\n// @token [REDACTED]\n// @ai-key [REDACTED]\n// @ai-key [REDACTED]\n// @label aa\nconst a = 1;\n",
  );
});

test("a source without secrets is the same", () => {
  const source = "#!/usr/bin/env bun\r\n// @token\r\n// @timeout 5\r\nconst token = 1; // @token x\r\n";
  expect(maskSecrets(source)).toBe(source);
});

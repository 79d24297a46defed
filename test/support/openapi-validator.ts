import { expect } from "bun:test";
import { compileErrors, validate } from "@readme/openapi-parser";

/** Fails unless another implementation, too, takes the document for OpenAPI 3.0. */
export async function expectOpenApi(document: unknown): Promise<void> {
  expect((document as { openapi: string }).openapi).toMatch(/^3\.0\.\d+$/);
  // The validator writes into what it is given.
  const result = await validate(structuredClone(document) as Parameters<typeof validate>[0]);
  expect(result.valid ? "valid" : compileErrors(result)).toBe("valid");
}

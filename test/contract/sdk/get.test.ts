import { describe, expect, test } from "bun:test";
import { apiDocument, apiSource } from "../../support/api-source.ts";
import { testApp } from "../../support/app.ts";
import { scenario } from "../../support/scenario.ts";

const SDK = "/api/v1/exec/sdk";

describe("sdk.get", () => {
  test("shows the files of an SDK and the state of its middleware", async () => {
    await using api = await apiSource(apiDocument({ "/a": ["get", "put"] }));
    await using app = await testApp({ flags: ["--sdk-import-allow-local"] });
    const middleware = { pre: "return null" };
    await app.call("POST", `${SDK}/import`, {
      execId: "pets",
      source_url: `${api.document}?key=s3cret`,
      middleware,
    });
    const { status, body } = await app.call("GET", `${SDK}/pets`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: "pets",
      type: "sdk",
      source_url: `${api.document}?key=***`,
      path: "default/pets",
      marker: "default/pets/.sdk.json",
      middleware: {
        pre: {
          exists: true,
          path: "default/pets/pre.js",
          hash: new Bun.CryptoHasher("sha256").update("return null").digest("hex"),
        },
        post: { exists: false },
      },
      files: {
        total: 3,
        endpoints: 2,
        list: ["default/pets/_a.put.ts", "default/pets/a.ts", "default/pets/pre.js"],
      },
    });
  });

  for (const id of ["none", ":id", "..", "%2e%2e%2fx", "A", "1", "%00", "constructor"]) {
    scenario(`${id} is no SDK`, {
      files: { "default/1/a.ts": "return 1" },
      request: ["GET", `${SDK}/${id}`],
      status: 404,
      body: { code: "ERROR_404" },
      never: ["default/1"],
    });
  }

  scenario("the text of the refusal is that of the contract", {
    request: ["GET", `${SDK}/:id`],
    status: 404,
    body: { error: "SDK not found" },
  });
});

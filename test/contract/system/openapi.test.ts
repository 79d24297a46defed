import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { testApp } from "../../support/app.ts";

describe("system.openapiJson and system.openapiYaml", () => {
  test("the JSON document describes this API and itself", async () => {
    await using app = await testApp();
    const { status, headers, body } = await app.call("GET", "/openapi.json");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toStartWith("application/json");
    expect(body.openapi).toStartWith("3.0.");
    expect(body.info.version).toBe(app.services.config.version);
    expect(body.paths["/api/v1/exec/health"].get.operationId).toBe("health.check");
    expect(body.paths["/openapi.json"].get).toBeDefined();
  });

  test("the YAML document says the same", async () => {
    await using app = await testApp();
    const response = await app.fetch("/openapi.yaml");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("application/yaml");
    expect(parse(await response.text())).toEqual((await app.call("GET", "/openapi.json")).body);
  });
});
